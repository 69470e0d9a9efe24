/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preloaded into checkd by faults.py: a wall clock that is wrong by what a test says, and
 * a disk that is slow or fails. A page of memory shared with the test says so. System calls
 * are made directly: a sanitizer may not be ready when it is asked the time first.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* faults.py knows it by the name _PAGE. */
struct page {
	int64_t clock_offset_s;
	int32_t disk_error; /* what writing fails with; 0: it does not */
	int32_t disk_delay_ms;
};

static const struct page *page;
static const char *disk; /* how the paths begin of the files that are on it */

__attribute__((constructor)) static void
read_environment(void)
{
	const char *file = getenv("CHECKD_TEST_SHIM");
	int fd = file == NULL ? -1 : open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;

	void *mapped = mmap(NULL, sizeof(*page), PROT_READ, MAP_SHARED, fd, 0);

	close(fd);
	if (mapped == MAP_FAILED)
		return;
	page = mapped;
	disk = getenv("CHECKD_TEST_SHIM_DISK");
}

/* ---- the clock ------------------------------------------------------------------- */

int
clock_gettime(clockid_t clock, struct timespec *ret_time)
{
	int result = (int)syscall(SYS_clock_gettime, clock, ret_time);

	if (result == 0 && page != NULL &&
		(clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		ret_time->tv_sec += page->clock_offset_s;
	return result;
}

int
gettimeofday(struct timeval *restrict ret_time, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	*ret_time = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
	return 0;
}

time_t
time(time_t *ret_time)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (ret_time != NULL)
		*ret_time = now.tv_sec;
	return now.tv_sec;
}

/* ---- the disk -------------------------------------------------------------------- */

static bool
is_on_disk(int fd)
{
	char link[64];
	char target[4096];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);

	ssize_t len = readlink(link, target, sizeof(target) - 1);

	if (len < 0 || disk == NULL)
		return false;
	target[len] = '\0';
	return strncmp(target, disk, strlen(disk)) == 0;
}

/* Whether the call is to fail, with errno set; it may have taken long to tell. */
static bool
has_fault(int fd)
{
	if (page == NULL || (page->disk_error == 0 && page->disk_delay_ms == 0) ||
		!is_on_disk(fd))
		return false;

	int waited_ms = 0;

	for (; waited_ms < page->disk_delay_ms; waited_ms += 10) {
		struct timespec nap = {.tv_nsec = 10 * 1000 * 1000};

		syscall(SYS_nanosleep, &nap, NULL);
	}
	errno = page->disk_error;
	return page->disk_error != 0;
}

ssize_t
pwrite64(int fd, const void *buf, size_t len, off64_t offset)
{
	return has_fault(fd) ? -1 : syscall(SYS_pwrite64, fd, buf, len, offset);
}

ssize_t
pwrite(int fd, const void *buf, size_t len, off_t offset)
{
	return pwrite64(fd, buf, len, offset);
}

int
ftruncate64(int fd, off64_t len)
{
	return has_fault(fd) ? -1 : (int)syscall(SYS_ftruncate, fd, len);
}

int
ftruncate(int fd, off_t len)
{
	return ftruncate64(fd, len);
}

int
fsync(int fd)
{
	return has_fault(fd) ? -1 : (int)syscall(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
	return has_fault(fd) ? -1 : (int)syscall(SYS_fdatasync, fd);
}
