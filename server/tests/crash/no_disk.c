// A disk that fails, under one process. The test `no_disk.rs` builds it with `cc` and preloads it into `ayuda serve`.
//
// While the file NO_DISK_WHEN is there, syncs of the database's log fail with EIO; everything else goes on.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static bool fails(int fd) {
  const char *when = getenv("NO_DISK_WHEN");
  if (!when || access(when, F_OK) != 0) return false;
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 4) return false;
  path[length] = '\0';
  return strcmp(path + length - 4, "-wal") == 0;
}

#define NEXT(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))
#define UNLESS_IT_FAILS(fd, call) \
  if (fails(fd)) {                \
    errno = EIO;                  \
    return -1;                    \
  }                               \
  return call

int fsync(int fd) { UNLESS_IT_FAILS(fd, NEXT(fsync)(fd)); }
int fdatasync(int fd) { UNLESS_IT_FAILS(fd, NEXT(fdatasync)(fd)); }
