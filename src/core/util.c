/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Owners that clean up after themselves, and allocation that aborts instead of failing.
 */
#include "util.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void
util_freep(void *pointer_to_pointer)
{
	free(*(void **)pointer_to_pointer);
}

void
util_closep(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static void *
must(void *pointer)
{
	if (pointer == NULL)
		abort();
	return pointer;
}

void *
xcalloc(size_t count, size_t size)
{
	return must(calloc(count > 0 ? count : 1, size > 0 ? size : 1));
}

void *
xreallocarray(void *old, size_t count, size_t size)
{
	return must(reallocarray(old, count > 0 ? count : 1, size > 0 ? size : 1));
}

char *
xstrdup(const char *text)
{
	return must(strdup(text));
}

char *
xstrndup(const char *text, size_t max_len)
{
	return must(strndup(text, max_len));
}

char *
xvasprintf(const char *format, va_list arguments)
{
	char *text = NULL;

	if (vasprintf(&text, format, arguments) < 0)
		abort();
	return text;
}

char *
xasprintf(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	char *text = xvasprintf(format, arguments);
	va_end(arguments);
	return text;
}
