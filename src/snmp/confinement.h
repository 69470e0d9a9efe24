/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the process that the network reaches gives up once it has all it needs: it can read
 * files, use its sockets and open others, and end. It can start no program and no process,
 * write no file, make no memory executable, and ask the kernel for nothing else.
 */
#ifndef SNMP_CONFINEMENT_H
#define SNMP_CONFINEMENT_H

/*
 * Confines the process for good, as far as the kernel and the build go. What cannot be done
 * is told in the log at info, and the process goes on without. Returns how many parts could
 * not be done.
 */
unsigned confinement_enter(void);

/*
 * The parts, each 0 or -errno; the process can gain no privileges any more, which both of
 * these ask for.
 */

/* No file is written, made or run; by Landlock, see landlock(7). */
int confinement_enter_files(void);

/* The kernel knows no other system calls; by seccomp(2). -ENOSYS: built without libseccomp. */
int confinement_enter_calls(void);

#endif
