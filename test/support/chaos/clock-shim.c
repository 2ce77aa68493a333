/*
 * While a program runs, moves its clocks ahead as the file OFFSETS says: two numbers of 64 bits, in milliseconds, for
 * the wall clock and for the clock that counts sleep. CLOCK_MONOTONIC stays, as when a laptop sleeps.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile const long long *offsets;

__attribute__((constructor)) static void begin(void)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, OFFSETS, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	void *page = mmap(NULL, 16, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (page != MAP_FAILED)
		offsets = page;
}

static void shift(struct timespec *time, long long milliseconds)
{
	long long nanoseconds = time->tv_nsec + milliseconds % 1000 * 1000000LL;
	time->tv_sec += milliseconds / 1000 + nanoseconds / 1000000000LL;
	nanoseconds %= 1000000000LL;
	if (nanoseconds < 0) {
		nanoseconds += 1000000000LL;
		time->tv_sec--;
	}
	time->tv_nsec = nanoseconds;
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
	if (syscall(SYS_clock_gettime, clock, time) != 0)
		return -1;
	if (offsets == NULL)
		return 0;
	if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
		shift(time, offsets[0]);
	else if (clock == CLOCK_BOOTTIME)
		shift(time, offsets[1]);
	return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec time;
	(void)zone;
	clock_gettime(CLOCK_REALTIME, &time);
	now->tv_sec = time.tv_sec;
	now->tv_usec = time.tv_nsec / 1000;
	return 0;
}

time_t time(time_t *out)
{
	struct timespec time;
	clock_gettime(CLOCK_REALTIME, &time);
	if (out != NULL)
		*out = time.tv_sec;
	return time.tv_sec;
}

/* libuv takes CLOCK_BOOTTIME if it cannot read this file. */
static int open_any(const char *path, int flags, va_list more)
{
	mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;
	if (offsets != NULL && strcmp(path, "/proc/uptime") == 0) {
		errno = ENOENT;
		return -1;
	}
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int open(const char *path, int flags, ...)
{
	va_list more;
	va_start(more, flags);
	int fd = open_any(path, flags, more);
	va_end(more);
	return fd;
}

int open64(const char *path, int flags, ...)
{
	va_list more;
	va_start(more, flags);
	int fd = open_any(path, flags | O_LARGEFILE, more);
	va_end(more);
	return fd;
}
