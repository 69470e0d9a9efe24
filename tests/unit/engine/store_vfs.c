/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store_vfs.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* SQLite's file follows it. */
struct file {
	sqlite3_file base;
	sqlite3_file *real;
};

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t is_let_go;
	int code;
	bool is_hanging;
} fault = {.mutex = PTHREAD_MUTEX_INITIALIZER, .is_let_go = PTHREAD_COND_INITIALIZER};

static sqlite3_file *
real(sqlite3_file *file)
{
	return ((struct file *)file)->real;
}

static int
fault_code(void)
{
	pthread_mutex_lock(&fault.mutex);
	int code = fault.code;
	pthread_mutex_unlock(&fault.mutex);
	return code;
}

static int
file_close(sqlite3_file *file)
{
	return real(file)->pMethods->xClose(real(file));
}

static int
file_read(sqlite3_file *file, void *buf, int len, sqlite3_int64 offset)
{
	return real(file)->pMethods->xRead(real(file), buf, len, offset);
}

static int
file_write(sqlite3_file *file, const void *buf, int len, sqlite3_int64 offset)
{
	int code = fault_code();

	return code != SQLITE_OK ? code
				 : real(file)->pMethods->xWrite(real(file), buf, len, offset);
}

static int
file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	return real(file)->pMethods->xTruncate(real(file), size);
}

static int
file_sync(sqlite3_file *file, int flags)
{
	pthread_mutex_lock(&fault.mutex);
	while (fault.is_hanging)
		pthread_cond_wait(&fault.is_let_go, &fault.mutex);
	int code = fault.code;
	pthread_mutex_unlock(&fault.mutex);
	return code != SQLITE_OK ? code : real(file)->pMethods->xSync(real(file), flags);
}

static int
file_size(sqlite3_file *file, sqlite3_int64 *ret_size)
{
	return real(file)->pMethods->xFileSize(real(file), ret_size);
}

static int
file_lock(sqlite3_file *file, int level)
{
	return real(file)->pMethods->xLock(real(file), level);
}

static int
file_unlock(sqlite3_file *file, int level)
{
	return real(file)->pMethods->xUnlock(real(file), level);
}

static int
file_check_reserved_lock(sqlite3_file *file, int *ret_is_locked)
{
	return real(file)->pMethods->xCheckReservedLock(real(file), ret_is_locked);
}

static int
file_control(sqlite3_file *file, int operation, void *arg)
{
	return real(file)->pMethods->xFileControl(real(file), operation, arg);
}

static int
file_sector_size(sqlite3_file *file)
{
	return real(file)->pMethods->xSectorSize(real(file));
}

static int
file_characteristics(sqlite3_file *file)
{
	return real(file)->pMethods->xDeviceCharacteristics(real(file));
}

static int
file_shm_map(
	sqlite3_file *file, int region, int size, int is_extended, void volatile **ret_memory)
{
	return real(file)->pMethods->xShmMap(real(file), region, size, is_extended, ret_memory);
}

static int
file_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
	return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}

static void
file_shm_barrier(sqlite3_file *file)
{
	real(file)->pMethods->xShmBarrier(real(file));
}

static int
file_shm_unmap(sqlite3_file *file, int is_deleted)
{
	return real(file)->pMethods->xShmUnmap(real(file), is_deleted);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = file_close,
	.xRead = file_read,
	.xWrite = file_write,
	.xTruncate = file_truncate,
	.xSync = file_sync,
	.xFileSize = file_size,
	.xLock = file_lock,
	.xUnlock = file_unlock,
	.xCheckReservedLock = file_check_reserved_lock,
	.xFileControl = file_control,
	.xSectorSize = file_sector_size,
	.xDeviceCharacteristics = file_characteristics,
	.xShmMap = file_shm_map,
	.xShmLock = file_shm_lock,
	.xShmBarrier = file_shm_barrier,
	.xShmUnmap = file_shm_unmap,
};

static int
open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *ret_flags)
{
	sqlite3_vfs *below = vfs->pAppData;
	struct file *file = (struct file *)base;

	file->real = (sqlite3_file *)(file + 1);
	base->pMethods = NULL;
	int code = below->xOpen(below, name, file->real, flags, ret_flags);
	if (file->real->pMethods != NULL)
		base->pMethods = &methods;
	return code;
}

int
store_vfs_install(void **state)
{
	static sqlite3_vfs vfs;
	sqlite3_vfs *below = sqlite3_vfs_find(NULL);

	(void)state;
	vfs = *below;
	vfs.pNext = NULL;
	vfs.zName = "faulty";
	vfs.szOsFile = (int)sizeof(struct file) + below->szOsFile;
	vfs.pAppData = below;
	vfs.xOpen = open_file;
	return sqlite3_vfs_register(&vfs, 1) == SQLITE_OK ? 0 : -1;
}

void
store_vfs_fail(int code)
{
	pthread_mutex_lock(&fault.mutex);
	fault.code = code;
	pthread_mutex_unlock(&fault.mutex);
}

void
store_vfs_hang(void)
{
	pthread_mutex_lock(&fault.mutex);
	fault.is_hanging = true;
	pthread_mutex_unlock(&fault.mutex);
}

void
store_vfs_let_go(void)
{
	pthread_mutex_lock(&fault.mutex);
	fault.is_hanging = false;
	pthread_cond_broadcast(&fault.is_let_go);
	pthread_mutex_unlock(&fault.mutex);
}
