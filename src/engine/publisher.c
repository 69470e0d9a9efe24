/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One process at a time: an old one is killed and reaped before a new one starts. Its
 * state is changed by set_state alone.
 */
#include "publisher.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "feed.h"
#include "log.h"
#include "spawn_report.h"
#include "spawner.h"
#include "util.h"

#define PAUSE_MIN_MS    100
#define PAUSE_MAX_MS    5000
#define FAILED_MIN_MS   5000 /* after an exit that said why: haste does not help */
#define FAILED_MAX_MS   60000
#define SILENCE_MAX_NS  (30 * NS_PER_S) /* without a word for so long it hangs */
#define PROVEN_NS       (30 * NS_PER_S) /* having lived so long it is no storm */
#define STOP_PATIENCE_S 3               /* what a closing session may take */
#define DISCARD_WAIT_MS 500             /* what dying may take when nobody waits any more */
#define SOCKET_BUF      (1 << 20)
#define PRIORITIES      100 /* see design: a stuck predecessor does not shut it out */
#define PRIORITY_MAX    127

enum publisher_state {
	PUBLISHER_IDLE,     /* not wanted yet */
	PUBLISHER_PAUSED,   /* waits to be started */
	PUBLISHER_STARTING, /* the spawner has it */
	PUBLISHER_RUNNING,
	PUBLISHER_ENDING, /* told to end, or killed; not reaped yet */
	PUBLISHER_STOPPED,
};

struct settings {
	char *program;
	char *version;
	bool is_standalone;
	char *master;
	char *listen;
	char *config;
	uint64_t config_version;
	char *persistent_dir;
	bool is_ascii;
	unsigned notify_rate;
	unsigned busy_poll_us;
	struct identity *identity;
};

struct publisher {
	struct event_base *base;
	struct spawner *spawner;
	struct feed *feed;
	publisher_lost_fn lost;
	void *arg;
	struct settings settings; /* all zero until publisher_set */
	enum publisher_state state;
	bool is_stopping;
	bool is_outdated; /* the settings have changed since it was asked for */

	struct event *timer;  /* the pause before a start; the patience before a kill */
	struct event *exited; /* on pidfd */
	unsigned pause_ms;
	unsigned pause_max_ms;
	char *told_reason; /* why it could not be started, as the log has it; NULL: it could */
	unsigned starts;
	pid_t pid;
	int pidfd;
	int own_socket;   /* while starting; then the feed's */
	int child_socket; /* while starting */
	int null_fd;
	struct spawn_job *job; /* while starting */
	struct monotime started;
	struct monotime last_heard;
	struct walltime serving_since; /* 0: the subtree is not served */
};

static void publisher_on_timer(evutil_socket_t fd, short what, void *arg);

static const char *
state_name(enum publisher_state state)
{
	static const char *const names[] = {
		[PUBLISHER_IDLE] = "idle",
		[PUBLISHER_PAUSED] = "paused",
		[PUBLISHER_STARTING] = "starting",
		[PUBLISHER_RUNNING] = "running",
		[PUBLISHER_ENDING] = "ending",
		[PUBLISHER_STOPPED] = "stopped",
	};

	return names[state];
}

static void
set_state(struct publisher *publisher, enum publisher_state state)
{
	log_debug("publisher: %s -> %s", state_name(publisher->state), state_name(state));
	publisher->state = state;
}

static void
set_timer(struct publisher *publisher, unsigned ms)
{
	struct timeval delay = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	evtimer_add(publisher->timer, &delay);
}

static void
settings_deinit(struct settings *settings)
{
	free(settings->program);
	free(settings->version);
	free(settings->master);
	free(settings->listen);
	free(settings->config);
	free(settings->persistent_dir);
	identity_free(settings->identity);
}

static void
close_sockets(struct publisher *publisher)
{
	util_closep(&publisher->own_socket);
	util_closep(&publisher->child_socket);
	publisher->own_socket = -1;
	publisher->child_socket = -1;
}

static void
set_serving(struct publisher *publisher, bool is_serving)
{
	bool was_serving = publisher->serving_since.s != 0;

	if (is_serving == was_serving)
		return;
	publisher->serving_since = is_serving ? instant_now().wall : (struct walltime){.s = 0};
	if (is_serving)
		log_info("publisher: the table is served");
	else if (!publisher->is_stopping)
		publisher->lost(publisher->arg);
}

/* Starts it after the pause, which doubles until one has lived long enough. */
static void
pause_then_start(struct publisher *publisher)
{
	if (publisher->is_stopping) {
		set_state(publisher, PUBLISHER_STOPPED);
		return;
	}
	set_state(publisher, PUBLISHER_PAUSED);
	set_timer(publisher, publisher->pause_ms);
	publisher->pause_ms *= 2;
	if (publisher->pause_ms > publisher->pause_max_ms)
		publisher->pause_ms = publisher->pause_max_ms;
}

static void
reset_pause(struct publisher *publisher)
{
	publisher->pause_ms = PAUSE_MIN_MS;
	publisher->pause_max_ms = PAUSE_MAX_MS;
}

/* Sets the pause after an end; each start that fails is told of, so that they get rarer. */
static void
choose_pause(struct publisher *publisher, const siginfo_t *info)
{
	bool has_failed = info->si_code == CLD_EXITED && info->si_status != 0;

	if (monotime_now().ns - publisher->started.ns > PROVEN_NS)
		reset_pause(publisher);
	if (has_failed && publisher->pause_ms < FAILED_MIN_MS)
		publisher->pause_ms = FAILED_MIN_MS;
	publisher->pause_max_ms = has_failed ? FAILED_MAX_MS : PAUSE_MAX_MS;
	if (publisher->pause_ms > publisher->pause_max_ms)
		publisher->pause_ms = publisher->pause_max_ms;
}

static void
log_end(const struct publisher *publisher, const siginfo_t *info)
{
	if (publisher->is_stopping)
		return;
	if (info->si_code == CLD_EXITED)
		log_warning("publisher: checkd-snmp (pid %d) exited with %d",
			(int)publisher->pid, info->si_status);
	else
		log_warning("publisher: checkd-snmp (pid %d) was ended by signal %d",
			(int)publisher->pid, info->si_status);
}

static void
publisher_on_exit(evutil_socket_t fd, short what, void *arg)
{
	struct publisher *publisher = arg;
	siginfo_t info = {0};

	(void)what;
	if (waitid(P_PIDFD, (id_t)fd, &info, WEXITED | WNOHANG) < 0 || info.si_pid == 0)
		return;
	log_end(publisher, &info);
	set_serving(publisher, false);
	feed_disconnect(publisher->feed);
	event_free(STEAL(publisher->exited));
	close(publisher->pidfd);
	publisher->pid = 0;
	choose_pause(publisher, &info);
	pause_then_start(publisher);
}

static void
kill_process(struct publisher *publisher)
{
	feed_disconnect(publisher->feed);
	set_serving(publisher, false);
	set_state(publisher, PUBLISHER_ENDING);
	kill(publisher->pid, SIGKILL); /* ours and not reaped: the number is still its */
}

/* Asks it to end, which lets it close its session; kills it where that takes too long. */
static void
ask_to_end(struct publisher *publisher)
{
	set_state(publisher, PUBLISHER_ENDING);
	kill(publisher->pid, SIGTERM);
	set_timer(publisher, STOP_PATIENCE_S * 1000);
}

/* It has closed its socket, and says why by its exit status if it is given the time. */
static void
expect_exit(struct publisher *publisher)
{
	set_serving(publisher, false);
	set_state(publisher, PUBLISHER_ENDING);
	set_timer(publisher, STOP_PATIENCE_S * 1000);
}

static void
feed_on_alive(void *arg, const struct wire_alive *alive)
{
	struct publisher *publisher = arg;

	publisher->last_heard = monotime_now();
	set_serving(publisher, alive->is_registered);
}

static void
feed_on_lost(void *arg, const char *reason)
{
	struct publisher *publisher = arg;

	if (publisher->state != PUBLISHER_RUNNING)
		return;
	if (reason == NULL) {
		expect_exit(publisher);
		return;
	}
	log_warning("publisher: lost checkd-snmp (pid %d): %s", (int)publisher->pid, reason);
	kill_process(publisher);
}

static uint8_t
next_priority(const struct publisher *publisher)
{
	return (uint8_t)(PRIORITY_MAX - publisher->starts % PRIORITIES);
}

static struct wire_hello
make_hello(const struct publisher *publisher)
{
	const struct settings *settings = &publisher->settings;
	struct wire_hello hello = {
		.version = settings->version,
		.is_standalone = settings->is_standalone,
		.master = settings->master,
		.listen = settings->listen,
		.config = settings->config,
		.persistent_dir = settings->persistent_dir,
		.log_target = (uint8_t)log_target(),
		.log_level = (uint8_t)log_level(),
		.is_ascii = settings->is_ascii,
		.priority = next_priority(publisher),
		.notify_rate = settings->notify_rate,
		.busy_poll_us = settings->busy_poll_us,
	};

	if (settings->is_standalone && settings->identity != NULL) {
		hello.has_identity = true;
		hello.uid = settings->identity->uid;
		hello.gid = settings->identity->gid;
	}
	return hello;
}

static void
connect_feed(struct publisher *publisher)
{
	struct wire_hello hello = make_hello(publisher);
	struct feed_peer peer = {
		.alive = feed_on_alive,
		.lost = feed_on_lost,
		.arg = publisher,
	};
	int own_socket = publisher->own_socket;

	publisher->own_socket = -1;
	publisher->starts++;
	feed_connect(publisher->feed, own_socket, &hello, &peer);
}

static void
log_started(const struct publisher *publisher)
{
	const struct identity *identity = publisher->settings.identity;

	if (identity != NULL)
		log_notice("publisher: checkd-snmp started (pid %d) as user %s",
			(int)publisher->pid, identity->user);
	else
		log_notice("publisher: checkd-snmp started (pid %d)", (int)publisher->pid);
}

/* The same reason is told once. */
static void
log_not_started(struct publisher *publisher, const char *reason)
{
	const char *program = publisher->settings.program;

	if (publisher->told_reason != NULL && strcmp(publisher->told_reason, reason) == 0) {
		log_info("publisher: again cannot start %s: %s", program, reason);
		return;
	}
	log_error("publisher: cannot start %s: %s; trying again", program, reason);
	free(publisher->told_reason);
	publisher->told_reason = xstrdup(reason);
}

static void
publisher_on_spawned(void *arg, const struct spawn_result *result)
{
	struct publisher *publisher = arg;

	publisher->job = NULL;
	if (result->error != 0) {
		if (!publisher->is_stopping)
			log_not_started(publisher, result->reason);
		close_sockets(publisher);
		pause_then_start(publisher);
		return;
	}
	publisher->pid = result->pid;
	publisher->pidfd = result->pidfd;
	publisher->started = publisher->last_heard = monotime_now();
	publisher->exited = event_new(publisher->base, result->pidfd, EV_READ | EV_PERSIST,
		publisher_on_exit, publisher);
	event_add(publisher->exited, NULL);
	set_state(publisher, PUBLISHER_RUNNING);
	free(STEAL(publisher->told_reason));
	log_started(publisher);
	util_closep(&publisher->child_socket);
	publisher->child_socket = -1;
	connect_feed(publisher);
	if (publisher->is_stopping || publisher->is_outdated)
		kill_process(publisher);
}

static int
make_sockets(struct publisher *publisher)
{
	int sockets[2], size = SOCKET_BUF;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, sockets) < 0)
		return -errno;
	for (int i = 0; i < 2; i++)
		setsockopt(sockets[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	publisher->own_socket = sockets[0];
	publisher->child_socket = sockets[1];
	return 0;
}

/* One that opens ports of its own does so as it was started, and then becomes the user. */
static void
set_identity(struct spawn_request *request, const struct settings *settings)
{
	const struct identity *identity = settings->identity;

	if (identity == NULL || settings->is_standalone)
		return;
	request->has_identity = true;
	request->uid = identity->uid;
	request->gid = identity->gid;
	request->groups = identity->groups;
	request->group_count = identity->group_count;
}

static void
begin_start(struct publisher *publisher)
{
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", mibs[] = "MIBS=";
	static char *const env[] = {path, mibs, NULL};
	char *const argv[] = {publisher->settings.program, NULL};
	int error = make_sockets(publisher);

	if (error < 0) {
		log_error("publisher: no socket: %s", strerror(-error));
		pause_then_start(publisher);
		return;
	}
	publisher->is_outdated = false;
	set_state(publisher, PUBLISHER_STARTING);

	struct spawn_request request = {
		.argv = argv,
		.env = env,
		.is_path_checked = geteuid() == 0,
		.is_confined = !publisher->settings.is_standalone,
		.stdin_fd = publisher->null_fd,
		.stdout_fd = STDERR_FILENO,
		.stderr_fd = STDERR_FILENO,
		.extra_fd = publisher->child_socket,
	};
	set_identity(&request, &publisher->settings);
	publisher->job =
		spawner_start(publisher->spawner, &request, publisher_on_spawned, publisher);
}

static void
publisher_on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct publisher *publisher = arg;

	(void)fd;
	(void)what;
	if (publisher->state == PUBLISHER_PAUSED)
		begin_start(publisher);
	else if (publisher->state == PUBLISHER_ENDING)
		kill_process(publisher);
}

struct publisher *
publisher_new(struct event_base *base, struct spawner *spawner, struct feed *feed,
	publisher_lost_fn lost, void *arg)
{
	struct publisher *publisher = xcalloc(1, sizeof(*publisher));

	publisher->base = base;
	publisher->spawner = spawner;
	publisher->feed = feed;
	publisher->lost = lost;
	publisher->arg = arg;
	publisher->timer = evtimer_new(base, publisher_on_timer, publisher);
	reset_pause(publisher);
	publisher->own_socket = -1;
	publisher->child_socket = -1;
	publisher->null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	return publisher;
}

void
publisher_free(struct publisher *publisher)
{
	if (publisher == NULL)
		return;
	if (publisher->job != NULL)
		spawner_forget(publisher->spawner, publisher->job);
	if (publisher->exited != NULL) {
		feed_disconnect(publisher->feed);
		event_free(publisher->exited);
		spawn_discard(publisher->pid, publisher->pidfd, DISCARD_WAIT_MS);
	}
	event_free(publisher->timer);
	close_sockets(publisher);
	util_closep(&publisher->null_fd);
	settings_deinit(&publisher->settings);
	free(publisher->told_reason);
	free(publisher);
}

static bool
is_same(const struct settings *old, const struct publisher_settings *settings)
{
	return old->program != NULL && strcmp(old->program, settings->program) == 0 &&
	       strcmp(old->version, settings->version) == 0 &&
	       old->is_standalone == settings->is_standalone &&
	       strcmp(old->master, settings->master) == 0 &&
	       strcmp(old->listen, settings->listen) == 0 &&
	       strcmp(old->config, settings->config) == 0 &&
	       old->config_version == settings->config_version &&
	       strcmp(old->persistent_dir, settings->persistent_dir) == 0 &&
	       old->is_ascii == settings->is_ascii &&
	       old->notify_rate == settings->notify_rate &&
	       old->busy_poll_us == settings->busy_poll_us &&
	       identity_equal(old->identity, settings->identity);
}

void
publisher_set(struct publisher *publisher, const struct publisher_settings *settings)
{
	if (publisher->state == PUBLISHER_PAUSED)
		set_timer(publisher, 0); /* what was in its way may be gone */
	if (is_same(&publisher->settings, settings))
		return;
	settings_deinit(&publisher->settings);
	publisher->settings = (struct settings){
		.program = xstrdup(settings->program),
		.version = xstrdup(settings->version),
		.is_standalone = settings->is_standalone,
		.master = xstrdup(settings->master),
		.listen = xstrdup(settings->listen),
		.config = xstrdup(settings->config),
		.config_version = settings->config_version,
		.persistent_dir = xstrdup(settings->persistent_dir),
		.is_ascii = settings->is_ascii,
		.notify_rate = settings->notify_rate,
		.busy_poll_us = settings->busy_poll_us,
		.identity = identity_copy(settings->identity),
	};
	publisher->is_outdated = true;
	reset_pause(publisher);
	if (publisher->state == PUBLISHER_IDLE)
		begin_start(publisher);
	else if (publisher->state == PUBLISHER_RUNNING)
		ask_to_end(publisher);
}

void
publisher_watch(struct publisher *publisher)
{
	if (publisher->state != PUBLISHER_RUNNING ||
		monotime_now().ns - publisher->last_heard.ns <= SILENCE_MAX_NS)
		return;
	log_error("publisher: checkd-snmp (pid %d) has not answered for 30 s: it is replaced",
		(int)publisher->pid);
	kill_process(publisher);
}

void
publisher_stop(struct publisher *publisher)
{
	if (publisher->is_stopping)
		return;
	publisher->is_stopping = true;
	switch (publisher->state) {
	case PUBLISHER_RUNNING:
		ask_to_end(publisher);
		break;
	case PUBLISHER_IDLE:
	case PUBLISHER_PAUSED:
		evtimer_del(publisher->timer);
		set_state(publisher, PUBLISHER_STOPPED);
		break;
	case PUBLISHER_STARTING:
		spawner_cancel(publisher->spawner, publisher->job);
		break;
	case PUBLISHER_ENDING:
	case PUBLISHER_STOPPED:
		break;
	}
}

bool
publisher_is_stopped(const struct publisher *publisher)
{
	return publisher->state == PUBLISHER_STOPPED;
}

struct walltime
publisher_serving_since(const struct publisher *publisher)
{
	return publisher->serving_since;
}

pid_t
publisher_pid(const struct publisher *publisher)
{
	return publisher->pid;
}

bool
publisher_is_standalone(const struct publisher *publisher)
{
	return publisher->settings.is_standalone;
}

const char *
publisher_address(const struct publisher *publisher)
{
	const struct settings *settings = &publisher->settings;
	const char *address = settings->is_standalone ? settings->listen : settings->master;

	return address != NULL ? address : "";
}
