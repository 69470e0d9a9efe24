/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net-snmp's agent library made an agent: which files it reads and with whose rights, which
 * of its tokens are refused, what it must not open.
 */
#ifndef SNMP_LIBRARY_H
#define SNMP_LIBRARY_H

#include "privileges.h"

/* The application's name to the library: of its files, and of hosts_access(5). */
#define LIBRARY_NAME "checkd-snmp"

/* Before any other use of the library, which keeps its state in the working directory. */
void library_init(void);

/*
 * Reads what is kept with the rights of the user, and the file with those that
 * the process was started with; no other file. Tokens of others must be registered before.
 * config is "" for no file. Returns 0 or -errno, -EPERM where the file would be read as root
 * and others can write it.
 */
int library_read(const struct privileges *privileges, const char *config);

/* Keeps what has to survive this process: engineBoots, and the keys of users. */
void library_store(void);

#endif
