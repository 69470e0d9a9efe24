/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket with clients of all kinds: those that ask, and those that stall, flood
 * or send rubbish. Its verbs are this test's own: one answers at once, one later.
 */
#include "control.h"

#include <errno.h>
#include <ftw.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "clock.h"
#include "control_client.h"
#include "control_socket.h"
#include "definition.h"
#include "util.h"

#define DEADLINE_NS (20 * NS_PER_S)
#define NO_GROUP    ((gid_t)-1)
#define REPLY_SIZE  (8 * CONTROL_OUTPUT_MAX)

struct world {
	struct event_base *base;
	struct control *control;
	struct control_service service;
	char folder[64];
	char path[96];
	struct control_call *later[CONTROL_PENDING_MAX + 8];
	size_t later_count;
	size_t echo_count;
	size_t cancelled_count;
	char *reply; /* what `receive` has got */
	size_t reply_len;
};

static void
echo(void *arg, struct control_call *call)
{
	((struct world *)arg)->echo_count++;
	control_call_succeed(call, json_pack("{s:s}", "text", control_call_text(call, "text")));
}

static void
later_on_cancelled(struct control_call *call)
{
	struct world *world = call->state;

	world->cancelled_count++;
}

static void
later(void *arg, struct control_call *call)
{
	struct world *world = arg;

	call->state = world;
	call->cancelled = later_on_cancelled;
	world->later[world->later_count++] = call;
}

static void
wait_for_it(void *arg, struct control_call *call)
{
	later(arg, call);
	call->is_waiting = true;
}

/* Longer than any answer may be. */
static void
often(void *arg, struct control_call *call)
{
	json_t *list = json_array();

	((struct world *)arg)->echo_count++;
	for (int i = 0; i < 10; i++)
		json_array_append_new(list, json_string(control_call_text(call, "text")));
	control_call_succeed(call, json_pack("{s:o}", "list", list));
}

static void
list_items(void *arg, struct control_call *call)
{
	char **items = control_call_list(call, "items");

	(void)arg;
	control_call_succeed(call, json_pack("{s:s, s:s, s:b}", "first", items[0], "second",
					   items[1], "flag", control_call_flag(call, "flag")));
	strv_free(items);
}

static const struct control_member list_members[] = {
	{.name = "items", .type = JSON_ARRAY},
	{.name = "flag", .type = JSON_TRUE, .is_optional = true},
	{.name = NULL},
};

static const struct control_member echo_members[] = {
	{.name = "text", .type = JSON_STRING},
	{.name = "number", .type = JSON_INTEGER, .is_optional = true, .min = 1, .max = 9},
	{.name = NULL},
};

static const struct control_verb verbs[] = {
	{"echo", CONTROL_RIGHT_READ, echo_members, echo},
	{"often", CONTROL_RIGHT_READ, echo_members, often},
	{"list", CONTROL_RIGHT_READ, list_members, list_items},
	{"later", CONTROL_RIGHT_SUBMIT, NULL, later},
	{"wait", CONTROL_RIGHT_READ, NULL, wait_for_it},
	{"change", CONTROL_RIGHT_CHANGE, NULL, later},
	{NULL, CONTROL_RIGHT_READ, NULL, NULL},
};

static int
apply(struct world *world, const char *path)
{
	const struct control_settings settings = {
		.path = path, .access = {.read_gid = NO_GROUP, .submit_gid = NO_GROUP}};

	return control_apply(world->control, &settings);
}

static int
set_up(void **state)
{
	struct world *world = xcalloc(1, sizeof(*world));

	signal(SIGPIPE, SIG_IGN);
	world->base = event_base_new();
	world->service = (struct control_service){verbs, world};
	world->control = control_new(world->base, &world->service, 300);
	world->reply = xcalloc(1, REPLY_SIZE);
	snprintf(world->folder, sizeof(world->folder), "/tmp/checkd-test-XXXXXX");
	assert_non_null(mkdtemp(world->folder));
	snprintf(world->path, sizeof(world->path), "%s/control.sock", world->folder);
	assert_int_equal(apply(world, world->path), 0);
	*state = world;
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

static int
tear_down(void **state)
{
	struct world *world = *state;

	control_free(world->control);
	event_base_free(world->base);
	nftw(world->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	free(world->reply);
	free(world);
	return 0;
}

/* A turn of the loop, which waits a little at most. */
static void
turn(struct world *world)
{
	const struct timeval tick = {.tv_usec = 1000};

	event_base_loopexit(world->base, &tick);
	event_base_loop(world->base, EVLOOP_ONCE);
}

static int
connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		close(fd);
		return -errno;
	}
	return fd;
}

static int
connect_client(struct world *world)
{
	int fd = connect_to(world->path);

	assert_true(fd >= 0);
	return fd;
}

static void
send_all(struct world *world, int fd, const char *text, size_t len)
{
	int64_t deadline = monotime_now().ns + DEADLINE_NS;

	while (len > 0) {
		ssize_t sent = send(fd, text, len, MSG_NOSIGNAL);

		assert_true(monotime_now().ns < deadline);
		if (sent < 0 && errno != EAGAIN)
			return; /* closed, as a test may want it */
		text += sent > 0 ? sent : 0;
		len -= sent > 0 ? (size_t)sent : 0;
		turn(world);
	}
}

static void
tell(struct world *world, int fd, const char *text)
{
	send_all(world, fd, text, strlen(text));
}

/* Reads until there are so many lines, or the end: then returns false. */
static bool
receive(struct world *world, int fd, size_t lines)
{
	int64_t deadline = monotime_now().ns + DEADLINE_NS;
	size_t count = 0;

	world->reply_len = 0;
	memset(world->reply, 0, REPLY_SIZE);
	while (count < lines) {
		char *end = world->reply + world->reply_len;
		ssize_t len = recv(fd, end, REPLY_SIZE - 1 - world->reply_len, 0);

		assert_true(monotime_now().ns < deadline);
		if (len == 0 || (len < 0 && errno != EAGAIN))
			return false;
		for (ssize_t i = 0; i < len; i++)
			count += end[i] == '\n';
		world->reply_len += len > 0 ? (size_t)len : 0;
		turn(world);
	}
	return true;
}

static bool
is_closed(struct world *world, int fd)
{
	bool is_open = receive(world, fd, SIZE_MAX);

	return !is_open;
}

static void
assert_answer(struct world *world, int fd, const char *request, const char *answer)
{
	tell(world, fd, request);
	assert_true(receive(world, fd, 1));
	assert_string_equal(world->reply, answer);
}

#define REFUSAL(text) "{\"ok\":false,\"error\":\"" text "\"}\n"

static void
a_request_is_answered_in_one_line(void **state)
{
	struct world *world = *state;
	int fd = connect_client(world);

	assert_answer(world, fd, "{\"verb\": \"echo\", \"text\": \"a\\nb é\"}\n",
		"{\"ok\":true,\"text\":\"a\\nb é\"}\n");
	close(fd);
}

static void
a_request_may_come_in_pieces(void **state)
{
	static const char request[] = "{\"verb\":\"echo\",\"text\":\"x\"}\n";
	struct world *world = *state;
	int fd = connect_client(world);

	for (size_t i = 0; i < sizeof(request) - 1; i++)
		send_all(world, fd, request + i, 1);
	assert_true(receive(world, fd, 1));
	assert_string_equal(world->reply, "{\"ok\":true,\"text\":\"x\"}\n");
	close(fd);
}

static void
what_is_wrong_with_a_request_is_said(void **state)
{
	static const char *const cases[][2] = {
		{"[]\n", "the request is not a JSON object"},
		{"{}\n", "verb is missing, or is no text"},
		{"{\"verb\":7}\n", "verb is missing, or is no text"},
		{"{\"verb\":\"sing\"}\n", "unknown verb \\\"sing\\\""},
		{"{\"verb\":\" echo\",\"text\":\"a\"}\n", "unknown verb \\\"echo\\\""},
		{"{\"verb\":\"echo\"}\n", "echo: text is missing"},
		{"{\"verb\":\"echo\",\"text\":1}\n", "echo: text must be a text"},
		{"{\"verb\":\"echo\",\"text\":\"a\",\"number\":1.0}\n",
			"echo a: number must be a whole number from 1 to 9"},
		{"{\"verb\":\"echo\",\"text\":\"a\",\"number\":10}\n",
			"echo a: number must be a whole number from 1 to 9"},
		{"{\"verb\":\"echo\",\"text\":\"a\",\"txet\":1}\n",
			"echo a: unknown member \\\"txet\\\""},
		{"{\"a\":[[[[[[[[1]]]]]]]]}\n", "the request is nested more than 8 deep"},
	};
	struct world *world = *state;
	int fd = connect_client(world);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP_FREE char *answer = xasprintf(REFUSAL("%s"), cases[i][1]);

		assert_answer(world, fd, cases[i][0], answer);
	}
	assert_int_equal(world->echo_count, 0);
	close(fd);
}

static void
what_is_no_json_is_refused(void **state)
{
	static const char *const cases[] = {
		"rubbish\n",
		"{\"verb\":\"echo\",\"text\":\"a\"} x\n",
		"{\"verb\":\"echo\",\"verb\":\"echo\",\"text\":\"a\"}\n",
		"{\"verb\":\"echo\",\"text\":\"\\u0000\"}\n",
		"{\"verb\":\"echo\",\"text\":\"\xff\"}\n",
		"{\"verb\":\"echo\",\"text\":99999999999999999999}\n",
		"{\"verb\":\"echo\"\n",
	};
	struct world *world = *state;
	int fd = connect_client(world);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		tell(world, fd, cases[i]);
		assert_true(receive(world, fd, 1));
		assert_non_null(strstr(world->reply, "\"the request is not JSON: "));
	}
	send_all(world, fd, "{\"verb\":\"echo\",\"text\":\"a\0b\"}\n", 30);
	assert_true(receive(world, fd, 1));
	assert_non_null(strstr(world->reply, "\"the request is not JSON: "));
	assert_int_equal(world->echo_count, 0);
	close(fd);
}

static void
answers_come_in_the_order_of_the_requests(void **state)
{
	struct world *world = *state;
	int fd = connect_client(world);

	tell(world, fd,
		"{\"verb\":\"later\"}\n{\"verb\":\"echo\",\"text\":\"2\"}\n"
		"{\"verb\":\"later\"}\n{\"verb\":\"echo\",\"text\":\"4\"}\n");
	while (world->echo_count < 2)
		turn(world);
	control_call_succeed(world->later[1], json_pack("{s:i}", "n", 3));
	control_call_succeed(world->later[0], json_pack("{s:i}", "n", 1));
	assert_true(receive(world, fd, 4));
	assert_string_equal(world->reply,
		"{\"ok\":true,\"n\":1}\n{\"ok\":true,\"text\":\"2\"}\n"
		"{\"ok\":true,\"n\":3}\n{\"ok\":true,\"text\":\"4\"}\n");
	close(fd);
}

static void
who_ends_what_he_sends_is_answered_still(void **state)
{
	struct world *world = *state;
	int fd = connect_client(world);

	tell(world, fd, "{\"verb\":\"later\"}\n{\"verb\":\"echo\",\"text\":\"no newline\"}");
	shutdown(fd, SHUT_WR);
	while (world->echo_count < 1)
		turn(world);
	control_call_fail(world->later[0], "no");
	assert_true(is_closed(world, fd));
	assert_string_equal(
		world->reply, REFUSAL("no") "{\"ok\":true,\"text\":\"no newline\"}\n");
	close(fd);
}

static void
a_client_may_go_before_it_is_answered(void **state)
{
	struct world *world = *state;
	int fd = connect_client(world);

	tell(world, fd, "{\"verb\":\"later\"}\n{\"verb\":\"later\"}\n");
	while (world->later_count < 2)
		turn(world);
	close(fd);
	control_call_succeed(world->later[0], NULL);
	int64_t deadline = monotime_now().ns + DEADLINE_NS;
	while (world->cancelled_count < 1) {
		assert_true(monotime_now().ns < deadline);
		turn(world);
	}
	assert_int_equal(world->cancelled_count, 1);
}

static void
no_more_is_read_than_may_wait_for_an_answer(void **state)
{
	struct world *world = *state;
	int fd = connect_client(world);

	for (int i = 0; i < CONTROL_PENDING_MAX + 4; i++)
		tell(world, fd, "{\"verb\":\"later\"}\n");
	for (int i = 0; i < 50; i++)
		turn(world);
	assert_int_equal(world->later_count, CONTROL_PENDING_MAX);
	control_call_succeed(world->later[0], NULL);
	control_call_succeed(world->later[1], NULL);
	assert_true(receive(world, fd, 2));
	while (world->later_count < CONTROL_PENDING_MAX + 2)
		turn(world);
	assert_int_equal(world->later_count, CONTROL_PENDING_MAX + 2);
	close(fd);
}

static void
a_line_without_end_is_refused(void **state)
{
	struct world *world = *state;
	size_t len = CONTROL_REQUEST_MAX + 2 * 16384;
	CLEANUP_FREE char *flood = xcalloc(1, len);
	int fd = connect_client(world);

	memset(flood, ' ', len);
	send_all(world, fd, flood, len);
	assert_true(is_closed(world, fd));
	assert_string_equal(world->reply, REFUSAL("the request is longer than 65536 octets"));
	close(fd);
}

static void
nothing_is_begun_behind_a_request_that_waits(void **state)
{
	struct world *world = *state;
	int fd = connect_client(world);

	tell(world, fd, "{\"verb\":\"wait\"}\n{\"verb\":\"echo\",\"text\":\"2\"}\n");
	for (int i = 0; i < 50; i++)
		turn(world);
	assert_int_equal(world->echo_count, 0);
	control_call_succeed(world->later[0], NULL);
	assert_true(receive(world, fd, 2));
	assert_string_equal(world->reply, "{\"ok\":true}\n{\"ok\":true,\"text\":\"2\"}\n");
	close(fd);
}

static void
a_request_that_waits_is_given_up_when_its_client_goes(void **state)
{
	struct world *world = *state;
	int64_t deadline = monotime_now().ns + DEADLINE_NS;
	int fd = connect_client(world);

	tell(world, fd, "{\"verb\":\"wait\"}\n");
	while (world->later_count < 1)
		turn(world);
	close(fd);
	while (world->cancelled_count < 1) {
		assert_true(monotime_now().ns < deadline);
		turn(world);
	}
}

static void
nothing_is_begun_while_much_waits_to_be_read(void **state)
{
	struct world *world = *state;
	char text[2501] = "";
	int fd = connect_client(world), small = 4096;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	memset(text, 'x', sizeof(text) - 1);
	CLEANUP_FREE char *request = xasprintf("{\"verb\":\"often\",\"text\":\"%s\"}\n", text);
	for (int i = 0; i < 30; i++)
		tell(world, fd, request);
	assert_true(world->echo_count < 30);
	assert_true(receive(world, fd, 30));
	assert_int_equal(world->echo_count, 30);
	close(fd);
}

static void
an_answer_that_is_too_long_is_none(void **state)
{
	struct world *world = *state;
	CLEANUP_FREE char *text = xcalloc(1, 60001);
	int fd = connect_client(world);

	for (int i = 0; i < 60000; i++)
		text[i] = "\\u0001"[i % 6];
	CLEANUP_FREE char *request = xasprintf("{\"verb\":\"often\",\"text\":\"%s\"}\n", text);
	assert_answer(world, fd, request, REFUSAL("the answer is too long"));
	close(fd);
}

static void
what_is_written_straight_to_text_is_json(void **state)
{
	CLEANUP(control_text_deinit) struct control_text text = {.len = 0};

	(void)state;
	control_text_raw(&text, "{");
	control_text_member(&text, "a");
	control_text_string(&text, "\"\\\n\x1f \xc3\xa9{");
	control_text_member(&text, "b");
	control_text_number(&text, -5);
	control_text_member(&text, "c");
	control_text_time(&text, 1764337548);
	control_text_member(&text, "d");
	control_text_age(&text, 0, 0, 9000);
	control_text_raw(&text, "}");
	json_t *object = json_loadb(text.text, text.len, 0, NULL);

	assert_non_null(object);
	assert_string_equal(
		json_string_value(json_object_get(object, "a")), "\"\\\n\x1f \xc3\xa9{");
	assert_int_equal(json_integer_value(json_object_get(object, "b")), -5);
	assert_string_equal(
		json_string_value(json_object_get(object, "c")), "2025-11-28T13:45:48Z");
	assert_true(json_is_null(json_object_get(object, "d")));
	json_decref(object);
}

static void
lists_and_truth_values_are_read(void **state)
{
	struct world *world = *state;
	int fd = connect_client(world);

	assert_answer(world, fd, "{\"verb\":\"list\",\"items\":[\"a\",\"b\"]}\n",
		"{\"ok\":true,\"first\":\"a\",\"second\":\"b\",\"flag\":false}\n");
	assert_answer(world, fd, "{\"verb\":\"list\",\"items\":\"a,b\",\"flag\":true}\n",
		"{\"ok\":true,\"first\":\"a\",\"second\":\"b\",\"flag\":true}\n");
	assert_answer(world, fd, "{\"verb\":\"list\",\"items\":[\"a\",1]}\n",
		REFUSAL("list: items must be a list of texts"));
	assert_answer(world, fd, "{\"verb\":\"list\",\"items\":\"a,b\",\"flag\":1}\n",
		REFUSAL("list a,b: flag must be true or false"));
	close(fd);
}

static void
who_does_not_read_is_closed(void **state)
{
	struct world *world = *state;
	CLEANUP_FREE char *text = xcalloc(1, 60001);
	int fd = connect_client(world), small = 4096;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	memset(text, 'x', 60000);
	CLEANUP_FREE char *request = xasprintf("{\"verb\":\"echo\",\"text\":\"%s\"}\n", text);
	for (int i = 0; i < 60; i++)
		tell(world, fd, request);
	assert_true(is_closed(world, fd));
	assert_true(world->echo_count < 60);
	close(fd);
}

static void
who_stops_in_the_middle_of_a_line_is_closed(void **state)
{
	struct world *world = *state;
	int idle = connect_client(world), fd = connect_client(world);
	int64_t started = monotime_now().ns;

	tell(world, fd, "{\"verb\":");
	assert_true(is_closed(world, fd));
	assert_true(monotime_now().ns - started >= 200 * NS_PER_MS);
	assert_answer(world, idle, "{\"verb\":\"echo\",\"text\":\"still here\"}\n",
		"{\"ok\":true,\"text\":\"still here\"}\n");
	close(idle);
	close(fd);
}

static void
a_flood_leaves_the_others_their_turn(void **state)
{
	static const char request[] = "{\"verb\":\"echo\",\"text\":\"f\"}\n";
	struct world *world = *state;
	int flood = connect_client(world), fd = connect_client(world);
	char many[sizeof(request) * 400] = "";

	for (int i = 0; i < 400; i++)
		memcpy(many + (size_t)i * (sizeof(request) - 1), request, sizeof(request) - 1);
	for (int i = 0; i < 4; i++)
		(void)!send(flood, many, 400 * (sizeof(request) - 1), MSG_NOSIGNAL);
	(void)!send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL);
	assert_true(receive(world, fd, 1));
	/* It had a few turns for itself, and not all of its 1,600 requests. */
	assert_true(world->echo_count < 400);
	close(flood);
	close(fd);
}

static void
there_is_a_bound_on_clients(void **state)
{
	struct world *world = *state;
	int fds[CONTROL_CLIENTS_MAX];

	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		fds[i] = connect_client(world);
		turn(world);
	}
	int fd = connect_client(world);
	assert_true(is_closed(world, fd));
	assert_non_null(strstr(world->reply, "is one too many"));
	close(fd);
	close(fds[0]);
	fd = connect_client(world);
	assert_answer(world, fd, "{\"verb\":\"echo\",\"text\":\"now\"}\n",
		"{\"ok\":true,\"text\":\"now\"}\n");
	close(fd);
	for (size_t i = 1; i < CONTROL_CLIENTS_MAX; i++)
		close(fds[i]);
}

static void
rights_follow_users_and_groups(void **state)
{
	static gid_t others[] = {100, 4}, reader[] = {100, 50}, submitter[] = {60};
	const struct control_access access = {.read_gid = 50, .submit_gid = 60};
	const struct control_access none = {.read_gid = NO_GROUP, .submit_gid = NO_GROUP};
	const unsigned all = CONTROL_RIGHT_READ | CONTROL_RIGHT_SUBMIT | CONTROL_RIGHT_CHANGE;
	const struct {
		struct control_peer peer;
		const struct control_access *access;
		unsigned rights;
	} cases[] = {
		{{1, 0, others, 2}, &none, all},
		{{1, geteuid(), others, 2}, &none, all},
		{{1, 4321, others, 2}, &access, 0},
		{{1, 4321, reader, 2}, &access, CONTROL_RIGHT_READ},
		{{1, 4321, submitter, 1}, &access, CONTROL_RIGHT_SUBMIT},
		{{1, 4321, reader, 2}, &none, 0},
		{{1, 4321, &(gid_t){NO_GROUP}, 1}, &none, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(
			control_peer_rights(&cases[i].peer, cases[i].access), cases[i].rights);
}

static void
call_on_answered(void *arg)
{
	(*(unsigned *)arg)++;
}

static void
each_verb_takes_its_right(void **state)
{
	struct world *world = *state;
	const struct control_caller caller = {"uid 7 pid 8", 7, CONTROL_RIGHT_SUBMIT};
	static const struct {
		const char *line;
		bool is_allowed;
	} cases[] = {
		{"{\"verb\":\"echo\",\"text\":\"a\"}", false},
		{"{\"verb\":\"change\"}", false},
		{"{\"verb\":\"later\"}", true},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		unsigned answers = 0;
		struct control_call *call = control_call_new(call_on_answered, &answers);

		control_call_begin(
			call, &world->service, &caller, cases[i].line, strlen(cases[i].line));
		assert_int_equal(answers, !cases[i].is_allowed);
		if (!cases[i].is_allowed)
			assert_non_null(strstr(call->answer, "uid 7 pid 8 may not do that"));
		control_call_free(call);
	}
}

static mode_t
mode_of(const char *path)
{
	struct stat status;

	assert_int_equal(stat(path, &status), 0);
	return status.st_mode & 07777;
}

static void
its_mode_follows_the_groups(void **state)
{
	struct world *world = *state;
	gid_t own = getegid();
	struct control_settings settings = {
		.path = world->path, .access = {.read_gid = own, .submit_gid = NO_GROUP}};

	assert_int_equal(mode_of(world->path), 0600);
	assert_int_equal(control_apply(world->control, &settings), 0);
	assert_int_equal(mode_of(world->path), 0660);
	settings.access.submit_gid = own + 1;
	assert_int_equal(control_apply(world->control, &settings), 0);
	assert_int_equal(mode_of(world->path), 0666);
	settings.access.read_gid = NO_GROUP;
	settings.access.submit_gid = own;
	assert_int_equal(control_apply(world->control, &settings), 0);
	assert_int_equal(mode_of(world->path), 0660);
}

static void
one_that_a_dead_daemon_left_is_replaced(void **state)
{
	struct world *world = *state;
	CLEANUP_FREE char *path = xasprintf("%s/stale.sock", world->folder);
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
	assert_int_equal(apply(world, path), 0);
	assert_int_equal(access(world->path, F_OK), -1);
	fd = connect_to(path);
	assert_answer(world, fd, "{\"verb\":\"echo\",\"text\":\"new\"}\n",
		"{\"ok\":true,\"text\":\"new\"}\n");
	close(fd);
}

static void
that_of_a_living_daemon_is_left_alone_and_the_old_one_serves_on(void **state)
{
	struct world *world = *state;
	CLEANUP_FREE char *path = xasprintf("%s/living.sock", world->folder);
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int living = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(bind(living, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(living, 1), 0);
	assert_int_equal(apply(world, path), -EADDRINUSE);
	int fd = connect_to(path);
	assert_true(fd >= 0);
	close(fd);
	fd = connect_client(world);
	assert_answer(world, fd, "{\"verb\":\"echo\",\"text\":\"old\"}\n",
		"{\"ok\":true,\"text\":\"old\"}\n");
	close(fd);
	close(living);
}

static void
what_is_no_socket_is_left_alone(void **state)
{
	struct world *world = *state;
	CLEANUP_FREE char *path = xasprintf("%s/file", world->folder);
	FILE *file = fopen(path, "we");

	fclose(file);
	assert_int_equal(apply(world, path), -EEXIST);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(access(world->path, F_OK), 0);
}

static void
a_file_that_was_removed_is_made_again_by_a_reload(void **state)
{
	struct world *world = *state;

	assert_int_equal(unlink(world->path), 0);
	assert_int_equal(apply(world, world->path), 0);
	close(connect_client(world));
}

static void
its_folder_is_made(void **state)
{
	struct world *world = *state;
	CLEANUP_FREE char *folder = xasprintf("%s/run", world->folder);
	CLEANUP_FREE char *path = xasprintf("%s/control.sock", folder);

	assert_int_equal(apply(world, path), 0);
	assert_int_equal(mode_of(folder), 0755);
}

static void
after_a_stop_nobody_gets_in_and_who_waits_is_answered(void **state)
{
	struct world *world = *state;
	int fd = connect_client(world);

	tell(world, fd, "{\"verb\":\"later\"}\n");
	while (world->later_count < 1)
		turn(world);
	control_stop(world->control);
	assert_int_equal(access(world->path, F_OK), -1);
	control_call_succeed(world->later[0], NULL);
	control_free(STEAL(world->control));
	assert_true(is_closed(world, fd));
	assert_string_equal(world->reply, "{\"ok\":true}\n");
	close(fd);
}

static void
without_descriptors_it_does_not_spin(void **state)
{
	struct world *world = *state;
	struct rlimit old, none;
	int fd = connect_client(world), turns = 0;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	none = (struct rlimit){.rlim_cur = 3, .rlim_max = old.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	for (int64_t end = monotime_now().ns + 100 * NS_PER_MS; monotime_now().ns < end;
		turns++)
		turn(world);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_true(turns <= 110);
	assert_answer(world, fd, "{\"verb\":\"echo\",\"text\":\"again\"}\n",
		"{\"ok\":true,\"text\":\"again\"}\n");
	close(fd);
}

#define CONTROL_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CONTROL_TEST(a_request_is_answered_in_one_line),
		CONTROL_TEST(a_request_may_come_in_pieces),
		CONTROL_TEST(what_is_wrong_with_a_request_is_said),
		CONTROL_TEST(what_is_no_json_is_refused),
		CONTROL_TEST(answers_come_in_the_order_of_the_requests),
		CONTROL_TEST(who_ends_what_he_sends_is_answered_still),
		CONTROL_TEST(a_client_may_go_before_it_is_answered),
		CONTROL_TEST(no_more_is_read_than_may_wait_for_an_answer),
		CONTROL_TEST(a_line_without_end_is_refused),
		CONTROL_TEST(nothing_is_begun_behind_a_request_that_waits),
		CONTROL_TEST(a_request_that_waits_is_given_up_when_its_client_goes),
		CONTROL_TEST(nothing_is_begun_while_much_waits_to_be_read),
		CONTROL_TEST(an_answer_that_is_too_long_is_none),
		CONTROL_TEST(lists_and_truth_values_are_read),
		CONTROL_TEST(what_is_written_straight_to_text_is_json),
		CONTROL_TEST(who_does_not_read_is_closed),
		CONTROL_TEST(who_stops_in_the_middle_of_a_line_is_closed),
		CONTROL_TEST(a_flood_leaves_the_others_their_turn),
		CONTROL_TEST(there_is_a_bound_on_clients),
		CONTROL_TEST(rights_follow_users_and_groups),
		CONTROL_TEST(each_verb_takes_its_right),
		CONTROL_TEST(its_mode_follows_the_groups),
		CONTROL_TEST(one_that_a_dead_daemon_left_is_replaced),
		CONTROL_TEST(that_of_a_living_daemon_is_left_alone_and_the_old_one_serves_on),
		CONTROL_TEST(what_is_no_socket_is_left_alone),
		CONTROL_TEST(a_file_that_was_removed_is_made_again_by_a_reload),
		CONTROL_TEST(its_folder_is_made),
		CONTROL_TEST(after_a_stop_nobody_gets_in_and_who_waits_is_answered),
		CONTROL_TEST(without_descriptors_it_does_not_spin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
