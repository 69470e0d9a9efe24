/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Starts processes from threads of its own, because vfork holds its caller until exec, and
 * a hung file system holds exec for as long as it likes (errands.h). They end with the
 * spawner only: PDEATHSIG counts on it.
 */
#ifndef ENGINE_SPAWNER_H
#define ENGINE_SPAWNER_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "clock.h"

struct spawner;
struct spawn_job;

/* Called from the event loop, once: the process has ended, and is to be reaped. */
typedef void (*spawn_ended_fn)(void *arg);

/*
 * What to start. argv[0] without a slash is looked up in the PATH of env; one that is not
 * absolute counts from directory.
 */
struct spawn_request {
	char *const *argv;
	char *const *env;      /* the whole environment */
	const char *directory; /* absolute; NULL for "/" */
	bool has_identity;     /* change to uid, gid and groups */
	uid_t uid;
	gid_t gid;
	const gid_t *groups;
	size_t group_count;
	int nice;              /* 0: as it is */
	uint64_t memory_limit; /* bytes; 0: none */
	uint64_t cpu_limit_s;  /* 0: none */
	bool is_path_checked;  /* refuse what others than root (and uid) can write */
	bool is_confined;      /* it, and all it starts, never has a capability: not for root */
	bool owns_fds;         /* the spawner closes these, and need not duplicate them */
	int stdin_fd;          /* the process gets them as 0, 1 and 2; -1: /dev/null for 0 */
	int stdout_fd;
	int stderr_fd;
	int extra_fd;         /* and this one as 3; -1: none. It gets no other. */
	spawn_ended_fn ended; /* NULL: the receiver watches the pidfd itself */
};

/* How it went: a process, or an error. */
struct spawn_result {
	pid_t pid;              /* a session and process group leader; 0 on error */
	int pidfd;              /* the receiver's, O_CLOEXEC and non-blocking; -1 on error */
	int error;              /* errno of the step that failed, 0 on success */
	struct instant started; /* when it was begun; valid where there is a process */
	char reason[256]; /* on error what failed, for a person: "execve /x/y: No such file
			     or directory", "/x is writable by group 50" */
};

/*
 * Called from the event loop, once for each request: at once, or, where the end of a process
 * will be told too, with that end or within 30 ms, so that short runs wake the loop once.
 */
typedef void (*spawn_done_fn)(void *arg, const struct spawn_result *result);

/*
 * NULL with errno where threads or descriptors cannot be had. Processes start with the
 * RLIMIT_NOFILE that this process has now, so that it may raise its own afterwards.
 */
struct spawner *spawner_new(struct event_base *base);

/*
 * Forgets every request and kills what still starts. The threads end, and with them
 * (PDEATHSIG) every process they started; one that cannot be ended is left to itself.
 */
void spawner_free(struct spawner *spawner);

/*
 * Nothing of the request need outlive the call: the spawner copies it and duplicates its
 * descriptors, unless it gets them for good. The job is the spawner's; it is gone once done is
 * called, or with spawner_release where there is a process whose end is told.
 */
struct spawn_job *spawner_start(struct spawner *spawner, const struct spawn_request *request,
	spawn_done_fn done, void *arg);

/*
 * The process is not wanted any more. A job that has not begun is answered with ECANCELED
 * and one that is held before or in exec is killed, so that done comes soon; it may still
 * bring a process, dead or alive, and the receiver must end and reap it as ever.
 */
void spawner_cancel(struct spawner *spawner, struct spawn_job *job);

/* Cancels; done is never called, and the spawner ends and reaps the process if there is one. */
void spawner_forget(struct spawner *spawner, struct spawn_job *job);

/*
 * Before the pidfd of a process whose end is told is closed: nothing more is told of it. Not
 * from within done.
 */
void spawner_release(struct spawner *spawner, struct spawn_job *job);

/* How many requests have not been answered yet. */
size_t spawner_pending(const struct spawner *spawner);

#endif
