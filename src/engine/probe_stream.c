/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The types tcp and unix: connects, speaks TLS where it is asked to, sends, and looks at
 * what comes back. The addresses of a name are tried in order, each for its share of the
 * time that is left. A plain connection is reset at its end, so that it leaves no TIME_WAIT.
 */
#include <assert.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "probe_error.h"
#include "probe_run.h"
#include "resolver.h"
#include "stream_socket.h"
#include "trust.h"
#include "util.h"

/* More of an answer is not looked at. */
#define ANSWER_MAX 8192

/* How soon a socket whose backlog is full is tried again. */
#define BACKLOG_WAIT_NS (20 * NS_PER_MS)

enum step {
	STEP_RESOLVING,
	STEP_CONNECTING,
	STEP_TRUSTING, /* the certificates to trust are being read */
	STEP_HANDSHAKING,
	STEP_SENDING,
	STEP_AWAITING,
};

struct stream {
	struct probe_run run;
	enum step step;
	struct lookup *lookup;
	struct resolver_addresses addresses;
	size_t at; /* of the addresses, the one being tried */
	struct trust_wait *wait;
	int fd;
	struct event event;
	SSL *ssl;
	int64_t certificate_left_s;
	size_t sent;
	char *answer; /* ANSWER_MAX and a NUL; NULL before the first of it */
	size_t answer_len;
};

static struct stream *
stream_of(struct probe_run *run)
{
	return (struct stream *)run;
}

static void stream_on_ready(evutil_socket_t fd, short what, void *arg);
static void try_address(struct stream *stream);
static void go_on(struct stream *stream);

/* "/run/x.sock", "127.0.0.1 port 80". */
static void
describe(const struct stream *stream, char *buf, size_t size)
{
	char address[RESOLVER_ADDRESS_SIZE];

	if (stream->run.probe->path != NULL) {
		snprintf(buf, size, "%s", stream->run.probe->path);
		return;
	}
	resolver_format_address(&stream->addresses.list[stream->at], address);
	snprintf(buf, size, "%s port %u", address, stream->run.probe->port);
}

static void
wait_for(struct stream *stream, short what)
{
	event_assign(&stream->event, stream->run.prober->base, stream->fd, what,
		stream_on_ready, stream);
	if (event_add(&stream->event, NULL) != 0)
		abort();
}

static void
close_socket(struct stream *stream)
{
	if (stream->fd < 0)
		return;
	if (event_initialized(&stream->event))
		event_del(&stream->event);
	close(stream->fd);
	stream->fd = -1;
}

static void
finish(struct stream *stream, enum probe_status status, const char *what, const char *why)
{
	char place[160];

	describe(stream, place, sizeof(place));
	probe_finish(&stream->run, status, "%s %s%s%s", place, what, why[0] != '\0' ? ": " : "",
		why);
}

static bool
is_plain(const struct probe *probe)
{
	return !probe->is_tls && probe->send == NULL && probe->expect == NULL &&
	       probe->regex == NULL;
}

/* All is as it should be. */
static void
succeed(struct stream *stream)
{
	const struct probe *probe = stream->run.probe;
	int64_t took_ns = monotime_now().ns - stream->run.started.mono.ns;
	char place[160], duration[PROBE_DURATION_SIZE], end[64] = "", perfdata[64] = "";
	enum probe_status status = PROBE_STATUS_OK;

	describe(stream, place, sizeof(place));
	probe_format_duration(took_ns, duration);
	if (stream->ssl != NULL) {
		double days = (double)stream->certificate_left_s / 86400;

		status = trust_judge_end(probe, stream->certificate_left_s);
		snprintf(end, sizeof(end), ", certificate ends in %.1f days", days);
		snprintf(perfdata, sizeof(perfdata), "certificate=%.1f;;", days);
	}
	probe_finish_timed(&stream->run, took_ns, status, perfdata, "%s %s in %s%s",
		is_plain(probe) ? "connected to" : "right answer of", place, duration, end);
}

/* The next address, or the result that this one gave. */
static void
fail_address(struct stream *stream, enum probe_status status, const char *what, const char *why)
{
	close_socket(stream);
	if (stream->at + 1 < stream->addresses.count) {
		stream->at++;
		try_address(stream);
		return;
	}
	finish(stream, status, what, why);
}

static void
fail_connect(struct stream *stream, int error)
{
	if (probe_error_is_local(error))
		probe_fail_start(&stream->run, "socket: %s", strerror(error));
	else if (stream->run.probe->path != NULL && (error == EACCES || error == EPERM))
		finish(stream, PROBE_STATUS_DENIED, "cannot be reached", strerror(error));
	else if (error == ENOENT || error == ENOTDIR)
		finish(stream, PROBE_STATUS_ABSENT, "cannot be reached", strerror(error));
	else if (error == ECONNREFUSED)
		fail_address(stream, PROBE_STATUS_REFUSED, "refuses connections", "");
	else
		fail_address(stream, probe_error_of_connect(error), "cannot be reached",
			strerror(error));
}

static void
fail_stream(struct stream *stream, int error)
{
	finish(stream, probe_error_of_stream(error), "lost the connection", strerror(error));
}

/* What OpenSSL says of a handshake that failed. */
static void
fail_handshake(struct stream *stream)
{
	long verified = SSL_get_verify_result(stream->ssl);
	unsigned long error = ERR_peek_error();
	const char *reason = ERR_reason_error_string(error);

	ERR_clear_error();
	if (verified != X509_V_OK && SSL_get_verify_mode(stream->ssl) != SSL_VERIFY_NONE)
		finish(stream, trust_status(verified), "has a certificate that does not do",
			X509_verify_cert_error_string(verified));
	else
		finish(stream, PROBE_STATUS_TLS_FAILED, "and we find no way to speak TLS",
			reason != NULL ? reason : "the connection ended");
}

static bool
has_expected(const struct stream *stream)
{
	const struct probe *probe = stream->run.probe;
	regmatch_t match = {.rm_so = 0, .rm_eo = (regoff_t)stream->answer_len};

	if (probe->expect != NULL &&
		(stream->answer == NULL ||
			memmem(stream->answer, stream->answer_len, probe->expect,
				strlen(probe->expect)) == NULL))
		return false;
	return probe->regex == NULL ||
	       (stream->answer != NULL &&
		       regexec(probe->regex, stream->answer, 1, &match, REG_STARTEND) == 0);
}

static void
finish_unexpected(struct stream *stream, const char *what)
{
	char shown[80] = "";

	if (stream->answer != NULL) {
		size_t len = stream->answer_len < sizeof(shown) - 1 ? stream->answer_len
								    : sizeof(shown) - 1;

		memcpy(shown, stream->answer, len);
		shown[len] = '\0';
		for (size_t i = 0; i < len; i++)
			shown[i] = shown[i] == '\0' ? ' ' : shown[i];
	}
	finish(stream, PROBE_STATUS_UNEXPECTED, what, shown);
}

static void
end_answer(struct stream *stream)
{
	if (stream->answer_len == 0)
		finish(stream, PROBE_STATUS_LOST, "closed the connection without an answer",
			"");
	else
		finish_unexpected(stream, "sent something else");
}

/* What is not to be waited for is an error. */
static void
wait_or_fail(struct stream *stream, ssize_t result)
{
	if (result == STREAM_SOCKET_WANTS_READ)
		wait_for(stream, EV_READ);
	else if (result == STREAM_SOCKET_WANTS_WRITE)
		wait_for(stream, EV_WRITE);
	else
		fail_stream(stream, errno);
}

/* One read a turn of the loop, so that a flood gives way to everything else. */
static void
await(struct stream *stream)
{
	if (stream->answer == NULL)
		stream->answer = xcalloc(1, ANSWER_MAX + 1);
	ssize_t len = stream_socket_read(stream->fd, stream->ssl,
		stream->answer + stream->answer_len, ANSWER_MAX - stream->answer_len);
	if (len < 0) {
		wait_or_fail(stream, len);
		return;
	}
	stream->answer_len += (size_t)len;
	if (has_expected(stream))
		succeed(stream);
	else if (len == 0)
		end_answer(stream);
	else if (stream->answer_len == ANSWER_MAX)
		finish_unexpected(stream, "sent a lot of something else");
	else if (stream->ssl != NULL && SSL_pending(stream->ssl) > 0)
		event_active(&stream->event, EV_READ, 0);
	else
		wait_for(stream, EV_READ);
}

static void
begin_to_await(struct stream *stream)
{
	if (stream->run.probe->expect == NULL && stream->run.probe->regex == NULL) {
		succeed(stream);
		return;
	}
	stream->step = STEP_AWAITING;
	wait_for(stream, EV_READ);
}

static void
say(struct stream *stream)
{
	const char *data = stream->run.probe->send;
	size_t len = data != NULL ? strlen(data) : 0;

	stream->step = STEP_SENDING;
	while (stream->sent < len) {
		ssize_t sent = stream_socket_write(
			stream->fd, stream->ssl, data + stream->sent, len - stream->sent);

		if (sent < 0) {
			wait_or_fail(stream, sent);
			return;
		}
		stream->sent += (size_t)sent;
	}
	begin_to_await(stream);
}

static void
shake_hands(struct stream *stream)
{
	ssize_t result = stream_socket_shake_hands(stream->ssl);

	if (result == STREAM_SOCKET_FAILED) {
		fail_handshake(stream);
		return;
	}
	if (result != 0) {
		wait_or_fail(stream, result);
		return;
	}
	X509 *certificate = SSL_get1_peer_certificate(stream->ssl);

	if (certificate != NULL)
		stream->certificate_left_s = trust_time_left(certificate);
	X509_free(certificate);
	say(stream);
}

static void
trust_on_ready(void *arg, SSL_CTX *context, const char *reason)
{
	struct stream *stream = arg;

	stream->wait = NULL;
	if (context == NULL) {
		assert(reason != NULL);
		probe_fail_start(&stream->run, "%s", reason);
		return;
	}
	stream->ssl = stream_socket_new_tls(context, stream->fd, stream->run.probe);
	stream->step = STEP_HANDSHAKING;
	shake_hands(stream);
}

static void
begin_tls(struct stream *stream)
{
	const struct probe *probe = stream->run.probe;
	struct trust *trust = stream->run.prober->trust;

	stream->step = STEP_TRUSTING;
	if (!probe->is_verified) {
		trust_on_ready(stream, trust_nobody(trust), NULL);
		return;
	}
	struct trust_wait *wait = trust_get(trust, probe->ca_file, trust_on_ready, stream);
	if (stream->step == STEP_TRUSTING)
		stream->wait = wait;
}

static void
begin_to_speak(struct stream *stream)
{
	probe_set_alarm(&stream->run, INT64_MAX / 2);
	if (stream->run.probe->is_tls)
		begin_tls(stream);
	else
		say(stream);
}

static void
end_connect(struct stream *stream)
{
	int error = 0;
	socklen_t len = sizeof(error);

	getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	if (error != 0)
		fail_connect(stream, error);
	else
		begin_to_speak(stream);
}

static void
go_on(struct stream *stream)
{
	switch (stream->step) {
	case STEP_CONNECTING:
		end_connect(stream);
		break;
	case STEP_HANDSHAKING:
		shake_hands(stream);
		break;
	case STEP_SENDING:
		say(stream);
		break;
	case STEP_AWAITING:
		await(stream);
		break;
	case STEP_RESOLVING:
	case STEP_TRUSTING:
		break;
	}
}

static void
stream_on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct stream *stream = arg;

	(void)fd;
	(void)what;
	if (!probe_is_finished(&stream->run))
		go_on(stream);
}

static void
begin_connect(struct stream *stream, const struct sockaddr *address, socklen_t len)
{
	const struct linger reset = {.l_onoff = 1, .l_linger = 0};

	stream->step = STEP_CONNECTING;
	stream->fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (stream->fd < 0) {
		fail_connect(stream, errno);
		return;
	}
	if (address->sa_family != AF_UNIX && is_plain(stream->run.probe))
		setsockopt(stream->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	if (connect(stream->fd, address, len) == 0)
		begin_to_speak(stream);
	else if (errno == EINPROGRESS)
		wait_for(stream, EV_WRITE);
	else if (errno == EAGAIN && address->sa_family == AF_UNIX)
		probe_set_alarm(&stream->run, BACKLOG_WAIT_NS);
	else
		fail_connect(stream, errno);
}

/* Each address has its share of the time that is left. */
static void
try_address(struct stream *stream)
{
	union resolver_address *address = &stream->addresses.list[stream->at];
	int64_t left_ns = probe_time_left(&stream->run, monotime_now());

	probe_set_alarm(
		&stream->run, left_ns / (int64_t)(stream->addresses.count - stream->at));
	resolver_set_port(address, stream->run.probe->port);
	begin_connect(stream, &address->any, resolver_address_len(address));
}

static void
try_path(struct stream *stream)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	strncpy(address.sun_path, stream->run.probe->path, sizeof(address.sun_path) - 1);
	begin_connect(stream, (const struct sockaddr *)&address, sizeof(address));
}

static void
lookup_on_done(void *arg, const struct resolver_answer *answer)
{
	struct stream *stream = arg;

	stream->lookup = NULL;
	if (probe_is_finished(&stream->run))
		return;
	if (answer->status != PROBE_STATUS_OK) {
		probe_finish(&stream->run, answer->status, "%s: %s", stream->run.probe->host,
			answer->reason);
		return;
	}
	stream->addresses = answer->addresses;
	try_address(stream);
}

static void
stream_start(struct probe_run *run)
{
	struct stream *stream = stream_of(run);

	stream->fd = -1;
	if (run->probe->path != NULL) {
		try_path(stream);
		return;
	}
	stream->step = STEP_RESOLVING;
	struct lookup *lookup = resolver_start(run->prober->resolver, run->probe->host,
		run->probe->family, lookup_on_done, stream);
	if (lookup != NULL)
		stream->lookup = lookup;
}

static void
time_out(struct stream *stream)
{
	char what[64];
	double timeout_s = (double)stream->run.definition->timeout_ms / 1000;

	snprintf(what, sizeof(what), "in %g s", timeout_s);
	switch (stream->step) {
	case STEP_RESOLVING:
		probe_finish(&stream->run, PROBE_STATUS_NO_RESOLVER,
			"%s: the resolver has not answered %s", stream->run.probe->host, what);
		break;
	case STEP_CONNECTING:
		finish(stream, PROBE_STATUS_CONNECT_TIMEOUT, "has not taken the connection",
			what);
		break;
	case STEP_TRUSTING:
		probe_fail_start(
			&stream->run, "the certificates to trust cannot be read %s", what);
		break;
	case STEP_HANDSHAKING:
		finish(stream, PROBE_STATUS_LATE, "has not ended the TLS handshake", what);
		break;
	case STEP_SENDING:
		finish(stream, PROBE_STATUS_LATE, "has not taken what is sent", what);
		break;
	case STEP_AWAITING:
		if (stream->answer_len > 0)
			finish_unexpected(stream, "sent something else");
		else
			finish(stream, PROBE_STATUS_LATE, "has not answered", what);
		break;
	}
}

static void
stream_alarm(struct probe_run *run, bool is_over)
{
	struct stream *stream = stream_of(run);

	if (is_over) {
		time_out(stream);
	} else if (run->probe->path != NULL) {
		close_socket(stream);
		try_path(stream);
	} else {
		fail_address(stream, PROBE_STATUS_CONNECT_TIMEOUT,
			"has not taken the connection", "");
	}
}

/* One that listens is told that we leave, once; nobody waits for its answer. */
static bool
stream_end(struct probe_run *run)
{
	struct stream *stream = stream_of(run);

	if (stream->lookup != NULL)
		resolver_cancel(stream->lookup);
	if (stream->wait != NULL)
		trust_cancel(stream->wait);
	if (stream->ssl != NULL && SSL_is_init_finished(stream->ssl))
		SSL_shutdown(stream->ssl);
	SSL_free(stream->ssl);
	ERR_clear_error();
	close_socket(stream);
	free(stream->answer);
	return true;
}

const struct probe_type probe_stream = {
	.size = sizeof(struct stream),
	.start = stream_start,
	.alarm = stream_alarm,
	.end = stream_end,
};
