// A clock that is wrong, under one process. The test `clocks.rs` builds it with `cc` and preloads it into `ayuda serve`.
//
// The wall clock is off by CLOCK_IS_OFF_BY seconds, to either side; spans are measured as ever.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static long off_by(void) {
  const char *seconds = getenv("CLOCK_IS_OFF_BY");
  return seconds ? atol(seconds) : 0;
}

#define NEXT(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))

int clock_gettime(clockid_t clock, struct timespec *now) {
  int failed = NEXT(clock_gettime)(clock, now);
  if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += off_by();
  return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  int failed = NEXT(gettimeofday)(now, zone);
  if (!failed) now->tv_sec += off_by();
  return failed;
}

time_t time(time_t *now) {
  struct timespec exact;
  if (clock_gettime(CLOCK_REALTIME, &exact)) return (time_t)-1;
  if (now) *now = exact.tv_sec;
  return exact.tv_sec;
}
