// A disk that loses what was not synced, under one process and one folder. The test `power_cut.rs` builds it with `cc` and
// preloads it into `ayuda serve`. Linux with 64 bits only.
//
// What the process sees of its folder is the kernel's cache: it outlives the process, so that a SIGKILL alone proves nothing
// about power. The shim keeps a second folder, the disk: what a machine that lost its power at this instant would find.
//
// - A write changes the process's folder alone. The shim remembers which bytes of which file it was about.
// - fsync and fdatasync of a file bring those bytes and the file's length onto the disk, before they return.
// - fsync of a folder brings its names onto the disk: what was made, renamed or removed in it.
// - The power goes with SIGKILL. No code runs at that moment; whatever was not brought onto the disk is not there. A sync
//   that the signal cuts short has done a part of its work, as on a real disk.
//
// A way of writing that the shim does not know (mmap, writev, stdio, O_SYNC) counts as lost: a gap of the shim makes
// the test fail, never pass. SQLite's index of its log (`-shm`) is memory by design and is not brought onto the disk; SQLite
// makes it anew from the log. Subfolders are there as soon as something in them is.
//
// POWER_CUT_FOLDER  the process's folder, absolute; what it holds at the start is on the disk
// POWER_CUT_DISK    an empty folder; the disk is its `folder`, and `inodes` holds the same files without their names
// POWER_CUT_LIES    when it is set, syncs return at once and bring nothing: SQLite with `synchronous = off`, or a disk
//                   that answers before it has written

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

_Static_assert(sizeof(long) == 8, "offsets go through syscall(2) in one piece");

struct range {
  off_t from, to;
};

// A file of the folder, known by its inode: names come and go.
struct file {
  dev_t dev;
  ino_t ino;
  int real;    // kept open, so that no other file gets the inode
  int disk;
  long number; // its name in `inodes`
  off_t shortest; // since the last sync
  struct range *ranges; // written since the last sync
  size_t count, room;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char folder[PATH_MAX], disk[PATH_MAX];
static bool lies;
static struct file *files;
static size_t file_count, file_room;

static void die(const char *what, const char *of) {
  dprintf(STDERR_FILENO, "power_cut: %s %s: %s\n", what, of, strerror(errno));
  abort();
}

static void format(char *to, const char *pattern, ...) {
  va_list values;
  va_start(values, pattern);
  int length = vsnprintf(to, PATH_MAX, pattern, values);
  va_end(values);
  if (length >= PATH_MAX) die("too long", to);
}

static void *grown(void *old, size_t *room, size_t size) {
  *room = *room ? *room * 2 : 16;
  void *grown = realloc(old, *room * size);
  if (!grown) die("no memory", "");
  return grown;
}

static bool is_index(const char *path) {
  size_t length = strlen(path);
  return length > 4 && strcmp(path + length - 4, "-shm") == 0;
}

// What follows the folder's path, beginning with a slash or empty; none for what lies elsewhere.
static const char *within(const char *path) {
  size_t length = strlen(folder);
  if (!length || strncmp(path, folder, length) != 0) return NULL;
  return path[length] == '/' || path[length] == '\0' ? path + length : NULL;
}

static bool path_of(int fd, char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  if (length < 0) return false;
  path[length] = '\0';
  return true;
}

static struct file *find(const struct stat *is) {
  for (size_t at = 0; at < file_count; at++)
    if (files[at].ino == is->st_ino && files[at].dev == is->st_dev) return &files[at];
  return NULL;
}

// Begins to follow a file, which is empty on the disk.
static struct file *follow(int real, const struct stat *is) {
  if (file_count == file_room) files = grown(files, &file_room, sizeof *files);
  struct file *file = &files[file_count++];
  *file = (struct file){.dev = is->st_dev, .ino = is->st_ino, .real = real, .number = (long)file_count};
  char path[PATH_MAX];
  format(path, "%s/inodes/%ld", disk, file->number);
  file->disk = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file->disk < 0) die("cannot make", path);
  return file;
}

// The file of a descriptor; none where it is no file of the folder.
static struct file *file_of(int fd) {
  struct stat is;
  if (fstat(fd, &is) != 0 || !S_ISREG(is.st_mode)) return NULL;
  struct file *known = find(&is);
  if (known) return known;
  char path[PATH_MAX];
  if (!path_of(fd, path) || !within(path) || is_index(path)) return NULL;
  // By /proc it opens also when its name is gone.
  char self[64];
  snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
  int real = open(self, O_RDONLY | O_CLOEXEC);
  if (real < 0) die("cannot open", path);
  return follow(real, &is);
}

static void copy(struct file *file, struct range range) {
  char bytes[65536];
  while (range.from < range.to) {
    size_t wanted = (size_t)(range.to - range.from) < sizeof bytes ? (size_t)(range.to - range.from) : sizeof bytes;
    ssize_t got = pread(file->real, bytes, wanted, range.from);
    if (got < 0) die("cannot read", folder);
    if (got == 0) return; // the file is shorter by now
    if (syscall(SYS_pwrite64, file->disk, bytes, got, range.from) != got) die("cannot write", disk);
    range.from += got;
  }
}

static void sync_file(struct file *file) {
  struct stat on_disk, is;
  if (fstat(file->disk, &on_disk) != 0 || fstat(file->real, &is) != 0) die("cannot look at", disk);
  if (file->shortest < on_disk.st_size && syscall(SYS_ftruncate, file->disk, file->shortest) != 0) die("cannot cut", disk);
  for (size_t at = 0; at < file->count; at++) copy(file, file->ranges[at]);
  if (syscall(SYS_ftruncate, file->disk, is.st_size) != 0) die("cannot cut", disk);
  file->count = 0;
  file->shortest = is.st_size;
}

// A name on the disk, in one step, as a rename is.
static void name(const struct file *file, const char *path) {
  char inode[PATH_MAX], unfinished[PATH_MAX];
  format(inode, "%s/inodes/%ld", disk, file->number);
  format(unfinished, "%s/inodes/%ld.named", disk, file->number);
  unlink(unfinished);
  if (link(inode, unfinished) != 0 || rename(unfinished, path) != 0) die("cannot name", path);
}

static void make_folders(const char *path) {
  char part[PATH_MAX];
  format(part, "%s", path);
  for (char *at = part + 1; *at; at++) {
    if (*at != '/') continue;
    *at = '\0';
    mkdir(part, 0700);
    *at = '/';
  }
  mkdir(part, 0700);
}

static void sync_folder(const char *path) {
  char there[PATH_MAX], from[PATH_MAX], to[PATH_MAX];
  format(there, "%s/folder%s", disk, within(path));
  make_folders(there);
  DIR *listed = opendir(path);
  if (!listed) die("cannot list", path);
  for (struct dirent *entry; (entry = readdir(listed));) {
    format(from, "%s/%s", path, entry->d_name);
    format(to, "%s/%s", there, entry->d_name);
    struct stat is, on_disk, named;
    if (is_index(from) || lstat(from, &is) != 0 || !S_ISREG(is.st_mode)) continue;
    struct file *file = find(&is);
    if (!file) {
      int real = open(from, O_RDONLY | O_CLOEXEC);
      if (real < 0) die("cannot open", from);
      file = follow(real, &is);
    }
    if (fstat(file->disk, &on_disk) != 0) die("cannot look at", to);
    if (lstat(to, &named) != 0 || named.st_ino != on_disk.st_ino) name(file, to);
  }
  closedir(listed);
  listed = opendir(there);
  if (!listed) die("cannot list", there);
  for (struct dirent *entry; (entry = readdir(listed));) {
    format(from, "%s/%s", path, entry->d_name);
    format(to, "%s/%s", there, entry->d_name);
    struct stat is;
    if (lstat(from, &is) != 0 && errno == ENOENT) unlink(to);
  }
  closedir(listed);
}

// What is there at the start.
static int first(const char *path, const struct stat *is, int kind, struct FTW *place) {
  (void)place;
  if (kind != FTW_F || !S_ISREG(is->st_mode) || is_index(path)) return 0;
  char to[PATH_MAX];
  format(to, "%s/folder%s", disk, within(path));
  *strrchr(to, '/') = '\0';
  make_folders(to);
  int real = open(path, O_RDONLY | O_CLOEXEC);
  if (real < 0) die("cannot open", path);
  struct file *file = follow(real, is);
  copy(file, (struct range){0, is->st_size});
  file->shortest = is->st_size;
  format(to, "%s/folder%s", disk, within(path));
  name(file, to);
  return 0;
}

__attribute__((constructor)) static void begin(void) {
  const char *watched = getenv("POWER_CUT_FOLDER"), *kept = getenv("POWER_CUT_DISK");
  if (!watched || !kept) return;
  char path[PATH_MAX];
  format(disk, "%s", kept);
  format(path, "%s/inodes", disk);
  make_folders(path);
  format(path, "%s/folder", disk);
  make_folders(path);
  if (!realpath(watched, folder)) die("no folder", watched);
  lies = getenv("POWER_CUT_LIES") != NULL;
  nftw(folder, first, 16, FTW_PHYS);
}

static ssize_t written(int fd, ssize_t count, off_t from) {
  int error = errno;
  if (count > 0 && folder[0]) {
    pthread_mutex_lock(&lock);
    struct file *file = file_of(fd);
    if (file) {
      if (from < 0) from = lseek(fd, 0, SEEK_CUR) - count;
      struct range *last = file->count ? &file->ranges[file->count - 1] : NULL;
      if (last && last->to == from) {
        last->to += count;
      } else {
        if (file->count == file->room) file->ranges = grown(file->ranges, &file->room, sizeof *file->ranges);
        file->ranges[file->count++] = (struct range){from, from + count};
      }
    }
    pthread_mutex_unlock(&lock);
  }
  errno = error;
  return count;
}

static int synced(int fd, long call) {
  if (!folder[0]) return (int)syscall(call, fd);
  if (lies) return 0;
  pthread_mutex_lock(&lock);
  struct stat is;
  char path[PATH_MAX];
  struct file *file = file_of(fd);
  if (file)
    sync_file(file);
  else if (fstat(fd, &is) == 0 && S_ISDIR(is.st_mode) && path_of(fd, path) && within(path))
    sync_folder(path);
  pthread_mutex_unlock(&lock);
  return 0;
}

static int shortened(int fd, off_t length) {
  int done = (int)syscall(SYS_ftruncate, fd, length), error = errno;
  if (done == 0 && folder[0]) {
    pthread_mutex_lock(&lock);
    struct file *file = file_of(fd);
    if (file && length < file->shortest) file->shortest = length;
    pthread_mutex_unlock(&lock);
  }
  errno = error;
  return done;
}

ssize_t write(int fd, const void *bytes, size_t count) {
  return written(fd, syscall(SYS_write, fd, bytes, count), -1);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t from) {
  return written(fd, syscall(SYS_pwrite64, fd, bytes, count, from), from);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t from) {
  return pwrite(fd, bytes, count, from);
}

int ftruncate(int fd, off_t length) { return shortened(fd, length); }
int ftruncate64(int fd, off64_t length) { return shortened(fd, length); }
int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }
