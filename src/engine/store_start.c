/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * In the order in which a kill in between does no harm: what was found is in use by this
 * life (and its epoch has grown, where it must) before the page says anything new.
 */
#include "store_start.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "store_load.h"
#include "store_space.h"
#include "store_sql.h"
#include "util.h"

#define LOCK_WAIT_MS 3000

/* What was there. */
enum finding {
	FINDING_NOTHING,
	FINDING_CONTENT,
	FINDING_DAMAGE,
	FINDING_UNREADABLE,
};

struct starting {
	const struct store_settings *settings;
	const struct instant *now;
	struct store_start start;
	struct store_content content;
	enum finding finding;
	struct store_page_word word; /* of the page, where is_word_found */
	bool is_word_found;
};

static char *
read_boot_id(void)
{
	CLEANUP_CLOSE int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	char buf[37] = "";

	if (fd < 0 || read(fd, buf, sizeof(buf) - 1) < (ssize_t)sizeof(buf) - 1)
		return xstrdup("");
	return xstrdup(buf);
}

static char *
make_token(void)
{
	uint64_t words[2];

	if (getrandom(words, sizeof(words), 0) != sizeof(words))
		abort();
	return xasprintf("%016jx%016jx", (uintmax_t)words[0], (uintmax_t)words[1]);
}

/* Only where there can be no checkd at all: another has the database, or nobody may. */
static bool
is_refusal(int error)
{
	return error == -EWOULDBLOCK || error == -EACCES || error == -EPERM;
}

static int
take_lock(struct store_database *database, char **ret_reason)
{
	CLEANUP_FREE char *reason = NULL;
	int error = store_lock_take(&database->lock, &reason);

	if (is_refusal(error)) {
		*ret_reason = STEAL(reason);
		return error;
	}
	if (error != 0)
		store_database_set_problem(database, SQLITE_CANTOPEN, "%s", reason);
	return 0;
}

static void
open_page(struct starting *starting)
{
	struct store_database *database = starting->start.database;
	int error = database->lock.fd < 0 ? -ENOLCK
					  : store_page_open(database->path, database->lock.fd,
						    &starting->start.page, &starting->word,
						    &starting->is_word_found);

	if (error != 0)
		store_database_note(database,
			"no shared memory can be had: %s; after a kill checkStateEpoch grows",
			strerror(-error));
}

static void
read_database(struct starting *starting, const char *boot_id)
{
	struct store_database *database = starting->start.database;
	struct store_problem problem = database->problem;
	enum store_outcome outcome = store_database_connect(database);

	if (outcome == STORE_DONE && !database->is_empty) {
		bool is_same_boot =
			boot_id[0] != '\0' && strcmp(database->meta.boot_id, boot_id) == 0;
		outcome = store_load(database, starting->now, is_same_boot, &starting->content);
	}
	if (outcome == STORE_DAMAGED && database->lock.fd >= 0)
		starting->finding = FINDING_DAMAGE;
	else if (outcome != STORE_DONE)
		starting->finding = FINDING_UNREADABLE;
	else
		starting->finding = database->is_empty ? FINDING_NOTHING : FINDING_CONTENT;
	if (problem.code != 0)
		database->problem = problem; /* without the lock, the rest follows from it */
}

/* Whether the page speaks of this database. */
static bool
is_word_of(const struct starting *starting, const struct store_meta *meta)
{
	return starting->is_word_found && meta->instance != NULL &&
	       strcmp(starting->word.instance, meta->instance) == 0;
}

static bool
is_vouched(const struct starting *starting, const struct store_meta *meta)
{
	switch (starting->finding) {
	case FINDING_NOTHING:
		return true; /* of nothing; it begins with an epoch of its own */
	case FINDING_CONTENT:
		if (starting->is_word_found && starting->word.is_unstored)
			return false;
		return meta->is_clean != 0 || is_word_of(starting, meta);
	case FINDING_DAMAGE:
	case FINDING_UNREADABLE:
		return false;
	}
	abort();
}

/* Later than any that was shown. */
static uint32_t
next_epoch(const struct starting *starting, uint32_t epoch)
{
	if (starting->is_word_found && starting->word.state_epoch > epoch)
		epoch = starting->word.state_epoch;
	return starting->now->wall.s > epoch ? starting->now->wall.s : epoch + 1;
}

static uint64_t
greater(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Numbers that were given, and maybe shown, but of which the database has no event. */
static void
count_forgotten(struct store_content *content, uint64_t last_number)
{
	struct store_figures *figures = &content->figures;
	uint64_t stored = figures->last_event;

	if (content->event_count > 0)
		stored = content->events[content->event_count - 1].number;
	stored = greater(stored, figures->untold_lost_last);
	figures->last_event = greater(greater(figures->last_event, stored), last_number);
	if (figures->last_event == stored)
		return;
	if (figures->untold_lost_first == 0)
		figures->untold_lost_first = stored + 1;
	figures->untold_lost_last = figures->last_event;
	figures->lost += figures->last_event - stored;
}

static void
judge(struct starting *starting)
{
	const struct store_meta *meta = &starting->start.database->meta;
	struct store_content *content = &starting->content;
	uint64_t last_number = is_word_of(starting, meta) ? starting->word.last_number : 0;

	content->is_vouched = is_vouched(starting, meta);
	content->state_epoch = meta->state_epoch;
	if (!content->is_vouched || starting->finding == FINDING_NOTHING)
		content->state_epoch = next_epoch(starting, meta->state_epoch);
	content->figures = meta->figures;
	count_forgotten(content, last_number);
}

/* What meta says from now on. */
static void
begin_life(struct starting *starting, char *boot_id)
{
	struct store_database *database = starting->start.database;
	struct store_meta *meta = &database->meta;

	if (starting->finding == FINDING_CONTENT)
		database->former_life = STEAL(meta->life);
	free(meta->life);
	meta->life = make_token();
	if (meta->instance == NULL)
		meta->instance = make_token();
	if (meta->boot_id == NULL || boot_id[0] == '\0' || strcmp(meta->boot_id, boot_id) != 0)
		meta->boot_number++;
	free(meta->boot_id);
	meta->boot_id = boot_id;
	meta->state_epoch = starting->content.state_epoch;
}

static void
set_chunk(struct starting *starting)
{
	struct store_database *database = starting->start.database;
	size_t events = starting->settings->history + starting->settings->backlog;
	int64_t pages = 0, free_pages = 0;

	events -=
		starting->content.event_count < events ? starting->content.event_count : events;
	if (store_sql_number(database->sqlite, "PRAGMA page_count", &pages) != SQLITE_OK ||
		store_sql_number(database->sqlite, "PRAGMA freelist_count", &free_pages) !=
			SQLITE_OK)
		return;
	int chunk = store_space_chunk((uint64_t)(pages - free_pages) * 4096, events);
	if (chunk > database->chunk)
		database->chunk = chunk;
	store_space_keep(database->sqlite, database->chunk);
}

/* Makes it this life's. Where that fails, nothing that was found can be relied on. */
static void
use_database(struct starting *starting)
{
	struct store_database *database = starting->start.database;
	struct store_content *content = &starting->content;
	bool is_used = false;

	if (database->sqlite != NULL && database->lock.fd >= 0) {
		set_chunk(starting);
		is_used = store_database_arm(database) == STORE_DONE;
	}
	starting->start.is_failed = !is_used;
	database->wait_ms = 0;
	if (database->sqlite != NULL)
		sqlite3_busy_timeout(database->sqlite, 0);
	if (is_used || !content->is_vouched || starting->finding != FINDING_CONTENT)
		return;
	content->is_vouched = false;
	content->state_epoch = next_epoch(starting, content->state_epoch);
	database->meta.state_epoch = content->state_epoch;
}

static void
write_page(struct starting *starting)
{
	struct store_page_word word = {
		.state_epoch = starting->content.state_epoch,
		.last_number = starting->content.figures.last_event,
		.is_unstored = starting->start.is_failed,
	};

	snprintf(word.instance, sizeof(word.instance), "%s",
		starting->start.database->meta.instance);
	store_page_write(starting->start.page, &word);
}

/* A connection that was good for reading and no more is of no use to the writer. */
static void
start(struct starting *starting)
{
	struct store_database *database = starting->start.database;
	char *boot_id = read_boot_id();

	database->wait_ms = LOCK_WAIT_MS;
	open_page(starting);
	read_database(starting, boot_id);
	judge(starting);
	if (starting->finding == FINDING_DAMAGE) {
		struct store_meta meta = database->meta; /* what could be read of it */
		database->meta = (struct store_meta){0};
		store_database_replace(database, "damaged", starting->now->wall);
		store_meta_deinit(&database->meta);
		database->meta = meta;
	}
	begin_life(starting, boot_id);
	use_database(starting);
	write_page(starting);
	if (starting->start.is_failed)
		store_database_close(database);
}

int
store_start(const struct store_settings *settings, const struct instant *now,
	struct store_start *ret_start, struct store_content *ret_content, char **ret_reason)
{
	CLEANUP_FREE char *path = NULL;
	struct starting starting = {.settings = settings, .now = now};
	int error = store_folder_prepare(settings->path, &path, ret_reason);

	if (error != 0)
		return error;
	struct store_database *database = store_database_new(
		path, store_space_chunk(0, settings->history + settings->backlog));

	error = take_lock(database, ret_reason);
	if (error != 0) {
		store_database_free(database);
		return error;
	}
	starting.start.database = database;
	start(&starting);
	*ret_start = starting.start;
	*ret_content = starting.content;
	return 0;
}
