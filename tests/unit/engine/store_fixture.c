/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store_fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "store_page.h"
#include "util.h"

#define TICK_US 2000

static struct store_check *
fixture_on_snapshot(void *arg, struct storable *storable)
{
	struct kept *kept = (struct kept *)storable;
	struct store_check *copy = xcalloc(1, sizeof(*copy));

	(void)arg;
	kept->snapshot_count++;
	copy->name = xstrdup(kept->name);
	check_copy(&copy->check, &kept->check);
	copy->last_event = kept->last_event;
	return copy;
}

static void
fixture_on_stored(void *arg, struct storable *storable, struct store_check *check)
{
	struct store_fixture *fixture = arg;
	struct kept *kept = (struct kept *)storable;

	kept->stored_count++;
	kept->stored_runs = check->check.runs;
	if (check->last_event > 0 && fixture->stored_event >= check->last_event)
		fixture->are_checks_first = false;
	store_check_free(check);
	if (fixture->to_deinit != NULL)
		storable_deinit(fixture->to_deinit);
	fixture->to_deinit = NULL;
}

static void
fixture_on_figures(void *arg, struct store_figures *ret_figures)
{
	struct store_fixture *fixture = arg;

	*ret_figures = fixture->figures;
}

static void
fixture_on_figures_stored(void *arg, const struct store_figures *figures)
{
	struct store_fixture *fixture = arg;

	(void)figures;
	fixture->figures_count++;
}

static void
fixture_on_event_stored(void *arg, uint64_t number)
{
	struct store_fixture *fixture = arg;

	fixture->event_count++;
	fixture->stored_event = number;
}

static void
fixture_on_order_stored(void *arg, struct order *order)
{
	(void)arg;
	order_free(order);
}

static void
fixture_on_delivery_stored(void *arg, uint64_t number, enum check_delivery delivery)
{
	struct store_fixture *fixture = arg;

	fixture->delivery_count++;
	fixture->delivery_number = number;
	fixture->delivery = delivery;
}

static void
fixture_on_status(void *arg, enum wire_store_status status)
{
	struct store_fixture *fixture = arg;

	fixture->status_count++;
	fixture->was_behind |= status == WIRE_STORE_BEHIND;
	fixture->was_failed |= status == WIRE_STORE_FAILED;
}

static void
fixture_on_emptied(void *arg, uint32_t state_epoch)
{
	struct store_fixture *fixture = arg;

	fixture->emptied_count++;
	fixture->emptied_epoch = state_epoch;
	for (size_t i = 0; i < fixture->kept_count; i++)
		storable_change(&fixture->kept[i].storable, STORE_URGENT);
	store_change_figures(fixture->store);
}

static void
fixture_on_stopped(void *arg)
{
	struct store_fixture *fixture = arg;

	fixture->is_stopped = true;
}

static const struct store_callbacks callbacks = {
	.snapshot = fixture_on_snapshot,
	.stored = fixture_on_stored,
	.figures = fixture_on_figures,
	.figures_stored = fixture_on_figures_stored,
	.event_stored = fixture_on_event_stored,
	.delivery_stored = fixture_on_delivery_stored,
	.order_stored = fixture_on_order_stored,
	.status = fixture_on_status,
	.emptied = fixture_on_emptied,
	.stopped = fixture_on_stopped,
};

int
store_fixture_set_up(void **state)
{
	struct store_fixture *fixture = xcalloc(1, sizeof(*fixture));

	snprintf(fixture->folder, sizeof(fixture->folder), "/tmp/checkd-test-XXXXXX");
	if (mkdtemp(fixture->folder) == NULL)
		abort();
	snprintf(fixture->path, sizeof(fixture->path), "%s/checkd.db", fixture->folder);
	fixture->base = event_base_new();
	fixture->settings =
		(struct store_settings){.path = fixture->path, .history = 100, .backlog = 100};
	fixture->are_checks_first = true;
	*state = fixture;
	return 0;
}

static int
remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

static void
forget_kept(struct store_fixture *fixture)
{
	for (size_t i = 0; i < fixture->kept_count; i++) {
		storable_deinit(&fixture->kept[i].storable);
		check_deinit(&fixture->kept[i].check);
	}
	fixture->kept_count = 0;
}

void
store_fixture_kill(struct store_fixture *fixture)
{
	if (fixture->store == NULL)
		return;
	forget_kept(fixture);
	store_free(fixture->store);
	fixture->store = NULL;
	store_content_deinit(&fixture->content);
}

/* Of a life that did not end well. */
static void
remove_page(const struct store_fixture *fixture)
{
	CLEANUP_FREE char *path = xasprintf("%s-lock", fixture->path);
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct store_page_word word;
	struct store_page *page;
	bool is_found;

	if (fd >= 0 && store_page_open(fixture->path, fd, &page, &word, &is_found) == 0)
		store_page_remove(page);
}

int
store_fixture_tear_down(void **state)
{
	struct store_fixture *fixture = *state;

	/* A clean end leaves no shared memory behind. */
	if (fixture->store != NULL && store_status(fixture->store) == WIRE_STORE_OK)
		store_fixture_stop(fixture);
	store_fixture_kill(fixture);
	remove_page(fixture);
	event_base_free(fixture->base);
	nftw(fixture->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	free(fixture);
	return 0;
}

int
store_fixture_try(struct store_fixture *fixture, char **ret_reason)
{
	struct store_content content;
	int error = store_open(fixture->base, &fixture->settings, &callbacks, fixture,
		&fixture->store, &content, ret_reason);

	if (error != 0)
		return error;
	fixture->content = content;
	fixture->is_stopped = false;
	fixture->figures = fixture->content.figures;
	fixture->event_count = 0;
	fixture->stored_event = 0;
	return 0;
}

void
store_fixture_open(struct store_fixture *fixture)
{
	CLEANUP_FREE char *reason = NULL;
	int error = store_fixture_try(fixture, &reason);

	if (error != 0)
		print_error("store_open: %s\n", reason);
	assert_int_equal(error, 0);
}

static bool
is_stopped(struct store_fixture *fixture)
{
	return fixture->is_stopped;
}

void
store_fixture_stop(struct store_fixture *fixture)
{
	store_stop(fixture->store);
	store_fixture_wait(fixture, is_stopped);
	store_fixture_kill(fixture);
}

struct kept *
store_fixture_keep(struct store_fixture *fixture, const char *name, uint64_t runs)
{
	struct kept *kept = &fixture->kept[fixture->kept_count++];

	assert_true(fixture->kept_count <= KEPT_MAX);
	memset(kept, 0, sizeof(*kept));
	check_init(&kept->check);
	snprintf(kept->name, sizeof(kept->name), "%s", name);
	storable_init(&kept->storable, fixture->store);
	store_fixture_run(kept, runs);
	return kept;
}

void
store_fixture_run(struct kept *kept, uint64_t runs)
{
	kept->check.runs = runs;
	storable_change(&kept->storable, STORE_URGENT);
}

void
store_fixture_add_event(struct store_fixture *fixture, uint64_t number, const char *name)
{
	struct check_event event = check_event_new(CHECK_EVENT_FAILED);

	event.number = number;
	free(event.name);
	event.name = xstrdup(name);
	fixture->figures.last_event = number;
	store_add_event(fixture->store, &event);
	store_change_figures(fixture->store);
	check_event_deinit(&event);
}

static void
tick_on_timeout(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

void
store_fixture_wait(
	struct store_fixture *fixture, bool (*condition)(struct store_fixture *fixture))
{
	const struct timeval interval = {.tv_usec = TICK_US};
	int64_t deadline = monotime_now().ns + DEADLINE_MS * NS_PER_MS;
	struct event *tick = event_new(fixture->base, -1, EV_PERSIST, tick_on_timeout, NULL);
	bool is_met;

	event_add(tick, &interval);
	while (!(is_met = condition(fixture)) && monotime_now().ns < deadline)
		event_base_loop(fixture->base, EVLOOP_ONCE);
	event_free(tick);
	assert_true(is_met);
}

static bool
is_flushed(struct store_fixture *fixture)
{
	return fixture->figures_count > 0 && !fixture->kept[0].storable.is_changed;
}

void
store_fixture_flush(struct store_fixture *fixture)
{
	/* Each batch takes all there is: the one that has the figures has all before it. */
	fixture->figures_count = 0;
	store_change_figures(fixture->store);
	store_fixture_wait(fixture, is_flushed);
}

static bool
are_all_stored(struct store_fixture *fixture)
{
	for (size_t i = 0; i < fixture->kept_count; i++) {
		const struct kept *kept = &fixture->kept[i];
		if (kept->storable.is_changed || kept->storable.item != NULL)
			return false;
	}
	return true;
}

void
store_fixture_wait_stored(struct store_fixture *fixture, struct kept *kept)
{
	store_fixture_wait(fixture, are_all_stored);
	assert_int_equal(kept->stored_runs, kept->check.runs);
}

static bool
is_ok(struct store_fixture *fixture)
{
	return store_status(fixture->store) == WIRE_STORE_OK;
}

static bool
is_behind(struct store_fixture *fixture)
{
	return store_status(fixture->store) == WIRE_STORE_BEHIND;
}

static bool
is_failed(struct store_fixture *fixture)
{
	return store_status(fixture->store) == WIRE_STORE_FAILED;
}

void
store_fixture_wait_status(struct store_fixture *fixture, enum wire_store_status status)
{
	switch (status) {
	case WIRE_STORE_OK:
		store_fixture_wait(fixture, is_ok);
		return;
	case WIRE_STORE_BEHIND:
		store_fixture_wait(fixture, is_behind);
		return;
	case WIRE_STORE_FAILED:
		store_fixture_wait(fixture, is_failed);
		return;
	}
}

const struct store_check *
store_fixture_loaded(const struct store_fixture *fixture, const char *name)
{
	for (size_t i = 0; i < fixture->content.check_count; i++) {
		if (strcmp(fixture->content.checks[i]->name, name) == 0)
			return fixture->content.checks[i];
	}
	fail_msg("%s was not loaded", name);
	return NULL;
}

sqlite3 *
store_fixture_connect(const struct store_fixture *fixture)
{
	sqlite3 *sqlite;

	assert_int_equal(sqlite3_open(fixture->path, &sqlite), SQLITE_OK);
	sqlite3_db_config(sqlite, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	return sqlite;
}

int64_t
store_fixture_number(const struct store_fixture *fixture, const char *sql)
{
	sqlite3 *sqlite = store_fixture_connect(fixture);
	sqlite3_stmt *statement;

	assert_int_equal(sqlite3_prepare_v2(sqlite, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	int64_t number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(sqlite);
	return number;
}

void
store_fixture_exec(const struct store_fixture *fixture, const char *sql)
{
	sqlite3 *sqlite = store_fixture_connect(fixture);

	assert_int_equal(sqlite3_exec(sqlite, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(sqlite);
}

size_t
store_fixture_count_files(
	const struct store_fixture *fixture, const char *part, char *buf, size_t size)
{
	DIR *folder = opendir(fixture->folder);
	struct dirent *entry;
	size_t count = 0;

	assert_non_null(folder);
	while ((entry = readdir(folder)) != NULL) {
		const char *dash = strrchr(entry->d_name, '-');

		if (strstr(entry->d_name, part) == NULL ||
			(dash != NULL &&
				(strcmp(dash, "-wal") == 0 || strcmp(dash, "-shm") == 0)))
			continue;
		if (count++ == 0)
			snprintf(buf, size, "%s/%s", fixture->folder, entry->d_name);
	}
	closedir(folder);
	return count;
}
