/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a file is none that can be executed, in a sentence that says what to do. The kernel has
 * one errno for many causes.
 */
#ifndef ENGINE_PROGRAM_H
#define ENGINE_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

/* No message is longer. */
#define PROGRAM_FLAW_SIZE 256

/*
 * Looks at a file and writes what is wrong with it: it is a folder, is not executable, is a
 * text without a #! line, or a script whose interpreter is not there. False where there is no
 * such file, or nothing is found to be wrong with it. May wait for the file system.
 */
bool program_find_flaw(const char *path, char *buf, size_t size);

#endif
