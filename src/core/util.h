/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The few helpers that every file needs: owners that clean up after themselves, and
 * allocation that aborts instead of failing.
 */
#ifndef CORE_UTIL_H
#define CORE_UTIL_H

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

/* Runs function(&variable) when the variable goes out of scope. */
#define CLEANUP(function) __attribute__((cleanup(function)))
#define CLEANUP_FREE      CLEANUP(util_freep)
#define CLEANUP_CLOSE     CLEANUP(util_closep)

/* Takes the pointer out of a guarded local: the caller of the function owns it now. */
#define STEAL(pointer)                                                                         \
	__extension__({                                                                        \
		__typeof__(pointer) stolen_ = (pointer);                                       \
		(pointer) = NULL;                                                              \
		stolen_;                                                                       \
	})

/* For CLEANUP_FREE and CLEANUP_CLOSE; a negative descriptor is none. */
void util_freep(void *pointer_to_pointer);
void util_closep(const int *fd);

/* Like their namesakes of libc, but they abort when memory is out. The caller frees. */
void *xcalloc(size_t count, size_t size);
void *xreallocarray(void *old, size_t count, size_t size);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t max_len);
char *xvasprintf(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
