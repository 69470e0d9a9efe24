/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page is called after the device and the inode of the lock beside the database, so
 * that it is found even where the database cannot be read. It has the path too: an inode's
 * number may come again elsewhere.
 */
#include "store_page.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util.h"

#define PAGE_MAGIC   UINT32_C(0x63686b70)
#define PAGE_VERSION 1
#define PATH_SIZE    512

/* Each store is seen by whoever looks after a kill at any moment, in this order. */
struct content {
	_Atomic uint32_t magic; /* written last */
	uint32_t version;
	char path[PATH_SIZE];
	char instance[40];
	_Atomic uint32_t state_epoch;
	_Atomic uint32_t is_unstored;
	_Atomic uint64_t last_number;
};

struct store_page {
	char name[64];
	char path[PATH_SIZE];
	struct content *content;
};

static int
open_page(const char *name)
{
	struct stat status;
	CLEANUP_CLOSE int fd = shm_open(name, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
	int error;

	if (fd < 0 || fstat(fd, &status) < 0)
		return -errno;
	if (status.st_uid != geteuid())
		return -EPERM;
	/* Allocated, so that no store to it can be the one that finds no memory. */
	error = posix_fallocate(fd, 0, sizeof(struct content));
	if (error != 0)
		return -error;

	int taken = fd;

	fd = -1;
	return taken;
}

static bool
read_word(const struct store_page *page, struct store_page_word *ret_word)
{
	const struct content *content = page->content;

	if (content->magic != PAGE_MAGIC || content->version != PAGE_VERSION ||
		memcmp(content->path, page->path, sizeof(content->path)) != 0)
		return false;
	memcpy(ret_word->instance, content->instance, sizeof(ret_word->instance));
	ret_word->instance[sizeof(ret_word->instance) - 1] = '\0';
	ret_word->state_epoch = content->state_epoch;
	ret_word->last_number = content->last_number;
	ret_word->is_unstored = content->is_unstored != 0;
	return true;
}

static int
name_page(const char *path, int lock_fd, struct store_page *page)
{
	struct stat status;

	if (fstat(lock_fd, &status) < 0)
		return -errno;
	snprintf(page->name, sizeof(page->name), "/checkd-%jx-%jx", (uintmax_t)status.st_dev,
		(uintmax_t)status.st_ino);
	strncpy(page->path, path, sizeof(page->path) - 1);
	return 0;
}

int
store_page_open(const char *path, int lock_fd, struct store_page **ret_page,
	struct store_page_word *ret_word, bool *ret_is_found)
{
	CLEANUP_FREE struct store_page *page = xcalloc(1, sizeof(*page));
	int error = name_page(path, lock_fd, page);

	if (error != 0)
		return error;
	CLEANUP_CLOSE int fd = open_page(page->name);
	if (fd < 0)
		return fd;
	void *memory =
		mmap(NULL, sizeof(*page->content), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		return -errno;
	page->content = memory;
	*ret_is_found = read_word(page, ret_word);
	*ret_page = STEAL(page);
	return 0;
}

void
store_page_close(struct store_page *page)
{
	if (page == NULL)
		return;
	munmap(page->content, sizeof(*page->content));
	free(page);
}

void
store_page_remove(struct store_page *page)
{
	if (page != NULL)
		shm_unlink(page->name);
	store_page_close(page);
}

void
store_page_write(struct store_page *page, const struct store_page_word *word)
{
	if (page == NULL)
		return;
	struct content *content = page->content;

	content->magic = 0;
	content->version = PAGE_VERSION;
	memcpy(content->path, page->path, sizeof(content->path));
	memcpy(content->instance, word->instance, sizeof(content->instance));
	content->state_epoch = word->state_epoch;
	content->is_unstored = word->is_unstored;
	content->last_number = word->last_number;
	content->magic = PAGE_MAGIC;
}

void
store_page_set_epoch(struct store_page *page, uint32_t state_epoch)
{
	if (page != NULL)
		page->content->state_epoch = state_epoch;
}

void
store_page_set_last_number(struct store_page *page, uint64_t number)
{
	if (page != NULL)
		page->content->last_number = number;
}

void
store_page_set_unstored(struct store_page *page, bool is_unstored)
{
	if (page != NULL)
		page->content->is_unstored = is_unstored;
}
