/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One thread a load, which compares what it brings with what is in use; an eventfd tells the
 * loop that it is over. Another frees what is used no more.
 */
#include "loader.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "config_former.h"
#include "thread.h"
#include "util.h"

struct loader {
	char *file;
	loader_done_fn done;
	void *arg;
	int eventfd;
	struct event *loaded_event;
	pthread_t thread;
	bool is_loading;
	bool is_wanted_again;
	struct loaded *loaded; /* the thread's, until it is joined */
	struct loaded *kept;   /* which is in use; NULL: none yet */
	pthread_t discarder;
	bool is_discarding; /* that thread is to be joined */
};

/* snmp.user, or else checkd where that user exists, or else nobody. Returns 0 or -errno. */
static int
lookup_publisher_user(const struct config *config, struct identity **ret_identity)
{
	int error;

	if (config->snmp.user != NULL)
		return identity_lookup(config->snmp.user, ret_identity);
	error = identity_lookup("checkd", ret_identity);
	return error < 0 ? identity_lookup("nobody", ret_identity) : 0;
}

/* As root and without a user to become, the publisher must not be started. */
static void
find_publisher_user(struct loaded *loaded)
{
	int error = lookup_publisher_user(loaded->config, &loaded->publisher_user);

	if (error == 0)
		return;
	const char *user = loaded->config->snmp.user;
	CLEANUP_FREE char *text = xasprintf("snmp: user: cannot look up %s: %s",
		user != NULL ? user : "checkd or nobody", strerror(-error));

	config_report_add_error(&loaded->report, text);
	config_free(loaded->config);
	loaded->config = NULL;
}

/* The publisher reads the file itself, at its start: it is started again with another. */
static uint64_t
version_of(const char *file)
{
	struct stat status;

	if (file == NULL || stat(file, &status) < 0)
		return 0;
	return (uint64_t)status.st_mtim.tv_sec * NS_PER_S + (uint64_t)status.st_mtim.tv_nsec +
	       status.st_ino + (uint64_t)status.st_size;
}

struct loaded *
loaded_new(const char *file)
{
	struct loaded *loaded = xcalloc(1, sizeof(*loaded));

	if (config_load(file, &loaded->report, &loaded->config) < 0)
		return loaded;
	loaded->snmp_config_version = version_of(loaded->config->snmp.config);
	if (geteuid() == 0)
		find_publisher_user(loaded);
	return loaded;
}

void
loaded_free(struct loaded *loaded)
{
	if (loaded == NULL)
		return;
	config_free(loaded->config);
	config_report_deinit(&loaded->report);
	identity_free(loaded->publisher_user);
	free(loaded);
}

static void *
discard(void *arg)
{
	pthread_setname_np(pthread_self(), "discarder");
	loaded_free(arg);
	malloc_trim(0);
	return NULL;
}

static void
join_discarder(struct loader *loader)
{
	if (loader->is_discarding)
		pthread_join(loader->discarder, NULL);
	loader->is_discarding = false;
}

void
loader_discard(struct loader *loader, struct loaded *loaded)
{
	join_discarder(loader);
	if (thread_start(&loader->discarder, discard, loaded) == 0)
		loader->is_discarding = true;
	else
		loaded_free(loaded);
}

void
loader_keep(struct loader *loader, struct loaded *loaded)
{
	struct loaded *former = loader->kept;

	loader->kept = loaded;
	loader_discard(loader, former);
}

static void *
load(void *arg)
{
	struct loader *loader = arg;
	uint64_t one = 1;

	pthread_setname_np(pthread_self(), "loader");
	loader->loaded = loaded_new(loader->file);
	if (loader->kept != NULL && loader->loaded->config != NULL)
		config_former_share(loader->loaded->config, loader->kept->config);
	while (write(loader->eventfd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
	return NULL;
}

static int
start_thread(struct loader *loader)
{
	int error = thread_start(&loader->thread, load, loader);

	loader->is_loading = error == 0;
	return error;
}

static struct loaded *
join(struct loader *loader)
{
	pthread_join(loader->thread, NULL);
	loader->is_loading = false;
	return STEAL(loader->loaded);
}

static void
loader_on_loaded(evutil_socket_t fd, short what, void *arg)
{
	struct loader *loader = arg;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof(count)) < 0)
		return;
	struct loaded *loaded = join(loader);

	if (loader->is_wanted_again) {
		loader->is_wanted_again = false;
		if (start_thread(loader) == 0) {
			loaded_free(loaded); /* older than what is wanted */
			return;
		}
	}
	loader->done(loader->arg, loaded);
}

struct loader *
loader_new(struct event_base *base, const char *file, loader_done_fn done, void *arg)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	if (fd < 0)
		return NULL;
	struct loader *loader = xcalloc(1, sizeof(*loader));

	loader->file = xstrdup(file);
	loader->done = done;
	loader->arg = arg;
	loader->eventfd = fd;
	loader->loaded_event =
		event_new(base, fd, EV_READ | EV_PERSIST, loader_on_loaded, loader);
	event_add(loader->loaded_event, NULL);
	return loader;
}

void
loader_free(struct loader *loader)
{
	if (loader == NULL)
		return;
	if (loader->is_loading)
		loaded_free(join(loader));
	join_discarder(loader);
	loaded_free(loader->kept);
	event_free(loader->loaded_event);
	close(loader->eventfd);
	free(loader->file);
	free(loader);
}

int
loader_start(struct loader *loader)
{
	if (loader->is_loading) {
		loader->is_wanted_again = true;
		return 0;
	}
	return start_thread(loader);
}
