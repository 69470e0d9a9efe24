/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The type ping: echo requests of ICMP (RFC 792, RFC 4443) to the first address, by a socket
 * that needs no privileges (net.ipv4.ping_group_range), or a raw one where that is refused
 * and checkd may have it. Each packet has a number that nobody guesses, so that what answers
 * others, or is made up, does not count.
 */
#include <errno.h>
#include <time.h>
#include <linux/errqueue.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "privileges.h"
#include "probe_error.h"
#include "probe_run.h"
#include "resolver.h"
#include "util.h"

/* Once anything has come back, a packet that is out for so long is lost ... */
#define LINGER_NS NS_PER_S
/* ... or for so many times the longest round trip, if that is more. */
#define LINGER_ROUND_TRIPS 3

/* Packets that are read at once, so that a flood gives way to everything else. */
#define READS_MAX 64

/* The same in both versions. */
struct echo {
	uint8_t type;
	uint8_t code;
	uint16_t checksum;
	uint16_t id;
	uint16_t sequence;
	uint64_t cookie;
	uint8_t filler[48]; /* 64 octets in all, as ping(8) sends them */
};

struct packet {
	int64_t sent_ns; /* 0: not yet */
	bool is_answered;
};

struct ping {
	struct probe_run run;
	struct lookup *lookup;
	union resolver_address address;
	int fd;
	bool is_raw;
	struct event event;
	uint64_t cookie;
	struct packet *packets; /* count of them */
	unsigned sent;
	unsigned answered;
	int64_t sum_ns;
	int64_t min_ns;
	int64_t max_ns;
	int error; /* the last that the network told */
};

static struct ping *
ping_of(struct probe_run *run)
{
	return (struct ping *)run;
}

static bool
is_ip6(const struct ping *ping)
{
	return ping->address.any.sa_family == AF_INET6;
}

static unsigned
loss_percent(const struct ping *ping)
{
	return ping->sent > 0 ? (ping->sent - ping->answered) * 100 / ping->sent : 100;
}

static enum probe_status
judge(const struct probe *probe, unsigned loss, int64_t average_ns)
{
	int64_t critical_ns = (int64_t)probe->critical_time_ms * NS_PER_MS;
	int64_t warning_ns = (int64_t)probe->warning_time_ms * NS_PER_MS;

	if ((probe->critical_loss > 0 && loss >= probe->critical_loss) ||
		(critical_ns > 0 && average_ns > critical_ns))
		return PROBE_STATUS_CRITICAL;
	if ((probe->warning_loss > 0 && loss >= probe->warning_loss) ||
		(warning_ns > 0 && average_ns > warning_ns))
		return PROBE_STATUS_WARNING;
	return PROBE_STATUS_OK;
}

static void
finish_silence(struct ping *ping, const char *place)
{
	if (ping->error != 0 && ping->error != ECONNREFUSED)
		probe_finish_measured(&ping->run, probe_error_of_connect(ping->error),
			"loss=100%;;;0;100", "%s cannot be reached: %s", place,
			strerror(ping->error));
	else
		probe_finish_measured(&ping->run, PROBE_STATUS_LATE, "loss=100%;;;0;100",
			"%s has answered none of %u packet%s", place, ping->sent,
			ping->sent == 1 ? "" : "s");
}

/* With what has come by now. */
static void
finish(struct ping *ping)
{
	char place[RESOLVER_ADDRESS_SIZE], rtt[PROBE_DURATION_SIZE], perfdata[128];
	unsigned loss = loss_percent(ping);

	resolver_format_address(&ping->address, place);
	if (ping->answered == 0) {
		finish_silence(ping, place);
		return;
	}
	int64_t average_ns = ping->sum_ns / ping->answered;
	probe_format_duration(average_ns, rtt);
	snprintf(perfdata, sizeof(perfdata),
		"rta=%.6fs;;;0 rtmin=%.6fs;;;0 rtmax=%.6fs;;;0 loss=%u%%;;;0;100",
		(double)average_ns / (double)NS_PER_S, (double)ping->min_ns / (double)NS_PER_S,
		(double)ping->max_ns / (double)NS_PER_S, loss);
	probe_finish_measured(&ping->run, judge(ping->run.probe, loss, average_ns), perfdata,
		"%s answered %u of %u packets, round trip %s", place, ping->answered,
		ping->sent, rtt);
}

static bool
is_complete(const struct ping *ping)
{
	return ping->sent == ping->run.probe->count && ping->answered == ping->sent;
}

/* RFC 1071; the kernel does it for all but raw sockets of IPv4. */
static uint16_t
checksum_of(const void *data, size_t len)
{
	const uint8_t *octets = data;
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)octets[i] << 8 | octets[i + 1];
	sum = (sum >> 16) + (sum & 0xffff);
	sum += sum >> 16;
	return htons((uint16_t)~sum);
}

static void
send_packet(struct ping *ping)
{
	struct echo echo = {
		.type = is_ip6(ping) ? ICMP6_ECHO_REQUEST : ICMP_ECHO,
		.id = htons((uint16_t)ping->cookie),
		.sequence = htons((uint16_t)ping->sent),
		.cookie = ping->cookie,
	};

	if (!is_ip6(ping))
		echo.checksum = checksum_of(&echo, sizeof(echo));
	ping->packets[ping->sent].sent_ns = monotime_now().ns;
	ping->sent++;
	if (send(ping->fd, &echo, sizeof(echo), MSG_NOSIGNAL) < 0 && errno != EAGAIN)
		ping->error = errno;
}

/* How long from now what is out may still be waited for. */
static int64_t
linger(const struct ping *ping)
{
	int64_t ns = ping->max_ns * LINGER_ROUND_TRIPS;

	if (ping->answered == 0 && ping->error == 0)
		return INT64_MAX / 2;
	return ns > LINGER_NS ? ns : LINGER_NS;
}

static void
send_next(struct ping *ping)
{
	send_packet(ping);
	if (ping->sent < ping->run.probe->count)
		probe_set_alarm(&ping->run, (int64_t)ping->run.probe->spacing_ms * NS_PER_MS);
	else
		probe_set_alarm(&ping->run, linger(ping));
}

static void
take_answer(struct ping *ping, const struct echo *echo)
{
	unsigned sequence = ntohs(echo->sequence);
	uint8_t wanted = is_ip6(ping) ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY;

	if (echo->type != wanted || echo->cookie != ping->cookie || sequence >= ping->sent ||
		ping->packets[sequence].is_answered)
		return;
	int64_t took_ns = monotime_now().ns - ping->packets[sequence].sent_ns;
	ping->packets[sequence].is_answered = true;
	if (ping->answered == 0 || took_ns < ping->min_ns)
		ping->min_ns = took_ns;
	if (took_ns > ping->max_ns)
		ping->max_ns = took_ns;
	ping->sum_ns += took_ns;
	ping->answered++;
	if (is_complete(ping))
		finish(ping);
	else if (ping->sent == ping->run.probe->count)
		probe_set_alarm(&ping->run, linger(ping));
}

/* A raw socket of IPv4 gets the header of IP, too. */
static void
take_packet(struct ping *ping, const uint8_t *data, size_t len)
{
	struct echo echo;
	size_t skip = 0;

	if (ping->is_raw && !is_ip6(ping))
		skip = len > 0 ? (size_t)(data[0] & 0x0f) * 4 : 0;
	if (len < skip + sizeof(echo))
		return;
	memcpy(&echo, data + skip, sizeof(echo));
	take_answer(ping, &echo);
}

/* What the network said of a packet of ours; it would be ready for ever if nobody took it. */
static void
drain_errors(struct ping *ping)
{
	uint8_t control[256], data[128];

	for (int i = 0; i < READS_MAX; i++) {
		struct iovec part = {.iov_base = data, .iov_len = sizeof(data)};
		struct msghdr message = {
			.msg_iov = &part,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};

		if (recvmsg(ping->fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
			return;
		for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header != NULL;
			header = CMSG_NXTHDR(&message, header)) {
			struct sock_extended_err told;

			if (header->cmsg_len < CMSG_LEN(sizeof(told)))
				continue;
			memcpy(&told, CMSG_DATA(header), sizeof(told));
			if (told.ee_errno != 0)
				ping->error = (int)told.ee_errno;
		}
	}
}

static void
ping_on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct ping *ping = arg;
	uint8_t data[256];
	bool is_first_error = ping->error == 0;

	(void)what;
	for (int i = 0; i < READS_MAX && !probe_is_finished(&ping->run); i++) {
		ssize_t len = recv(fd, data, sizeof(data), MSG_DONTWAIT);

		if (len < 0 && errno == EAGAIN)
			break;
		if (len < 0)
			ping->error = errno;
		else
			take_packet(ping, data, (size_t)len);
	}
	drain_errors(ping);
	if (is_first_error && ping->error != 0 && ping->sent == ping->run.probe->count)
		probe_set_alarm(&ping->run, linger(ping));
}

/* Only what answers, so that the others' packets do not wake us. */
static void
filter(const struct ping *ping)
{
	const int yes = 1;

	if (is_ip6(ping)) {
		struct icmp6_filter replies;

		ICMP6_FILTER_SETBLOCKALL(&replies);
		ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &replies);
		if (ping->is_raw)
			setsockopt(ping->fd, IPPROTO_ICMPV6, ICMP6_FILTER, &replies,
				sizeof(replies));
		setsockopt(ping->fd, IPPROTO_IPV6, IPV6_RECVERR, &yes, sizeof(yes));
	} else {
		const struct icmp_filter replies = {.data = ~(1U << ICMP_ECHOREPLY)};

		if (ping->is_raw)
			setsockopt(ping->fd, SOL_RAW, ICMP_FILTER, &replies, sizeof(replies));
		setsockopt(ping->fd, IPPROTO_IP, IP_RECVERR, &yes, sizeof(yes));
	}
}

/* Returns 0, or -errno. */
static int
open_socket(struct ping *ping)
{
	int family = ping->address.any.sa_family;
	int protocol = is_ip6(ping) ? IPPROTO_ICMPV6 : IPPROTO_ICMP;

	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
	int result = fd < 0 ? -errno : fd;
	if (result == -EACCES || result == -EPERM) {
		ping->is_raw = true;
		result = privileges_open_raw(family, protocol);
	}
	if (result < 0)
		return result;
	ping->fd = result;
	return 0;
}

static void
fail_socket(struct ping *ping, int error)
{
	if (error == EACCES || error == EPERM)
		probe_fail_start(&ping->run,
			"the system refuses a socket for ping: set sysctl "
			"net.ipv4.ping_group_range to the group of checkd, or give it "
			"CAP_NET_RAW");
	else
		probe_fail_start(&ping->run, "socket: %s", strerror(error));
}

/* Connected, so that the kernel leaves out what comes from others. */
static void
begin(struct ping *ping)
{
	int error = open_socket(ping);

	if (error < 0) {
		fail_socket(ping, -error);
		return;
	}
	filter(ping);
	resolver_set_port(&ping->address, 0);
	if (connect(ping->fd, &ping->address.any, resolver_address_len(&ping->address)) != 0) {
		ping->error = errno;
		finish(ping);
		return;
	}
	if (getrandom(&ping->cookie, sizeof(ping->cookie), GRND_NONBLOCK) < 0)
		ping->cookie = (uint64_t)monotime_now().ns;
	ping->packets = xcalloc(ping->run.probe->count, sizeof(*ping->packets));
	event_assign(&ping->event, ping->run.prober->base, ping->fd, EV_READ | EV_PERSIST,
		ping_on_ready, ping);
	if (event_add(&ping->event, NULL) != 0)
		abort();
	send_next(ping);
}

static void
lookup_on_done(void *arg, const struct resolver_answer *answer)
{
	struct ping *ping = arg;

	ping->lookup = NULL;
	if (probe_is_finished(&ping->run))
		return;
	if (answer->status != PROBE_STATUS_OK) {
		probe_finish(&ping->run, answer->status, "%s: %s", ping->run.probe->host,
			answer->reason);
		return;
	}
	ping->address = answer->addresses.list[0];
	begin(ping);
}

static void
ping_start(struct probe_run *run)
{
	struct ping *ping = ping_of(run);

	ping->fd = -1;
	struct lookup *lookup = resolver_start(run->prober->resolver, run->probe->host,
		run->probe->family, lookup_on_done, ping);
	if (lookup != NULL)
		ping->lookup = lookup;
}

static void
ping_alarm(struct probe_run *run, bool is_over)
{
	struct ping *ping = ping_of(run);

	if (is_over && ping->lookup != NULL)
		probe_finish(run, PROBE_STATUS_NO_RESOLVER,
			"%s: the resolver has not answered in %g s", run->probe->host,
			(double)run->definition->timeout_ms / 1000);
	else if (is_over || ping->sent == run->probe->count)
		finish(ping);
	else
		send_next(ping);
}

static bool
ping_end(struct probe_run *run)
{
	struct ping *ping = ping_of(run);

	if (ping->lookup != NULL)
		resolver_cancel(ping->lookup);
	if (event_initialized(&ping->event))
		event_del(&ping->event);
	if (ping->fd >= 0)
		close(ping->fd);
	free(ping->packets);
	return true;
}

const struct probe_type probe_ping = {
	.size = sizeof(struct ping),
	.start = ping_start,
	.alarm = ping_alarm,
	.end = ping_end,
};
