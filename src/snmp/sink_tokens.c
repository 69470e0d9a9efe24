/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines become sessions. Receivers' names are looked up here and nowhere else, as the file
 * is read; a name service that does not answer is given so much time and no more.
 */
#include "sink_tokens.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "endpoint.h"
#include "sinks.h"
#include "util.h"

#define DEFAULT_COMMUNITY "public"

#define WORDS_MAX         64
#define WORD_MAX_OCTETS   256

/* All names together; the engine takes a publisher that is silent for 30 s for dead. */
#define LOOKUP_MAX_NS (12 * NS_PER_S)

/* net-snmp's token handlers have no argument. */
static struct {
	struct sinks *sinks;
	char *community;
	int64_t lookup_ns; /* spent on all names so far */
	bool is_inform;    /* trapsess: -Ci was seen */
} reading;

/* The words of a line. word[0] is the token, so that options begin at 1. */
struct words {
	int count;
	char *word[WORDS_MAX + 1]; /* owned; NULL at the end */
};

static void
words_deinit(struct words *words)
{
	for (int i = 0; i < words->count; i++)
		free(words->word[i]);
}

#define CLEANUP_WORDS CLEANUP(words_deinit)

static void
split(const char *token, const char *line, struct words *words)
{
	char word[WORD_MAX_OCTETS];

	words->word[words->count++] = xstrdup(token);
	while (line != NULL && words->count < WORDS_MAX) {
		line = copy_nword_const(line, word, sizeof(word));
		words->word[words->count++] = xstrdup(word);
	}
	words->word[words->count] = NULL;
}

/*
 * What netsnmp_parse_args allocates. Names are of the words; a protocol is a constant of the
 * library, or a copy of its default that nobody can tell from one, and stays.
 */
static void
session_deinit(netsnmp_session *session)
{
	free(session->community);
	free(session->contextEngineID);
	free(session->securityEngineID);
	free(session->securityAuthLocalKey);
	free(session->securityPrivLocalKey);
	free(session->localname);
}

#define CLEANUP_SESSION CLEANUP(session_deinit)

/* Traps are sent in the name of our own engine. */
static void
set_own_engine(netsnmp_session *session)
{
	u_char id[SNMP_MAXBUF_SMALL];
	size_t len = snmpv3_get_engineID(id, sizeof(id));

	session->securityEngineID = netsnmp_memdup(id, len);
	session->securityEngineIDLen = len;
}

static int
connect_timed(const char *address, const char *source, netsnmp_transport **ret_transport)
{
	struct monotime began = monotime_now();
	int error;

	if (reading.lookup_ns > LOOKUP_MAX_NS)
		return -ETIMEDOUT;
	error = endpoint_connect(address, source, ret_transport);
	reading.lookup_ns += monotime_now().ns - began.ns;
	return error;
}

static void
tell_of_failure(const char *address, int error)
{
	char line[WORD_MAX_OCTETS + 128];

	if (error == -EPROTONOSUPPORT)
		snprintf(line, sizeof(line), "%s: only udp and udp6 are supported", address);
	else if (error == -ETIMEDOUT)
		snprintf(line, sizeof(line),
			"%s: not looked up, since names took too long before", address);
	else
		snprintf(line, sizeof(line), "%s: no such host, or no way to it", address);
	config_perror(line);
}

/* The engine ID of a receiver of informs is asked for later: the library would wait. */
static void
add_sink(const char *token, netsnmp_session *session, int command, const char *address)
{
	CLEANUP_FREE char *name = xasprintf("%s %s", token, address);
	netsnmp_transport *transport;
	int error = connect_timed(address, session->localname, &transport);

	if (error < 0) {
		tell_of_failure(address, error);
		return;
	}
	if (session->version == SNMP_VERSION_3 && session->securityEngineIDLen == 0) {
		if (command == SNMP_MSG_INFORM)
			session->flags |= SNMP_FLAGS_DONT_PROBE;
		else
			set_own_engine(session);
	}

	netsnmp_session *added = snmp_add(session, transport, NULL, NULL);

	if (added == NULL)
		config_perror("the user or his keys are not such as can be used");
	else
		sinks_add(reading.sinks, added, command, name);
}

/* Skips the options of a sink; what names rows of tables that are not here is nothing. */
static int
skip_options(const struct words *words, netsnmp_session *session)
{
	int i = 1;

	while (i + 1 < words->count && words->word[i][0] == '-') {
		if (strcmp(words->word[i], "-s") == 0) {
			free(session->localname);
			session->localname = xstrdup(words->word[i + 1]);
		} else if (strcmp(words->word[i], "-name") != 0 &&
			   strcmp(words->word[i], "-tag") != 0 &&
			   strcmp(words->word[i], "-profile") != 0) {
			break;
		}
		i += 2;
	}
	return i;
}

static void
add_community_sink(const char *token, const char *line, long version, int command)
{
	CLEANUP_WORDS struct words words = {.count = 0};
	CLEANUP_SESSION netsnmp_session session;

	snmp_sess_init(&session);
	split(token, line, &words);

	int host = skip_options(&words, &session);

	if (host >= words.count || words.count - host > 3 || words.word[host][0] == '-') {
		config_perror("must be [-s SOURCE] HOST [COMMUNITY [PORT]]");
		return;
	}

	const char *community = host + 1 < words.count      ? words.word[host + 1]
				: reading.community != NULL ? reading.community
							    : DEFAULT_COMMUNITY;
	CLEANUP_FREE char *address =
		host + 2 < words.count
			? xasprintf("%s:%s", words.word[host], words.word[host + 2])
			: xstrdup(words.word[host]);

	session.version = version;
	session.community = (u_char *)xstrdup(community);
	session.community_len = strlen(community);
	add_sink(token, &session, command, address);
}

static void
trapsink_on_token(const char *token, char *line)
{
	add_community_sink(token, line, SNMP_VERSION_1, SNMP_MSG_TRAP);
}

static void
trap2sink_on_token(const char *token, char *line)
{
	add_community_sink(token, line, SNMP_VERSION_2c, SNMP_MSG_TRAP2);
}

static void
informsink_on_token(const char *token, char *line)
{
	add_community_sink(token, line, SNMP_VERSION_2c, SNMP_MSG_INFORM);
}

static void
trapsess_on_option(int argc, char *const *argv, int option)
{
	(void)argc;
	(void)argv;
	if (option == 'C' && strcmp(optarg, "i") == 0)
		reading.is_inform = true;
	else
		config_perror("-C knows i alone");
}

static int
command_of(const netsnmp_session *session)
{
	if (reading.is_inform)
		return SNMP_MSG_INFORM;
	return session->version == SNMP_VERSION_1 ? SNMP_MSG_TRAP : SNMP_MSG_TRAP2;
}

/* After an error getopt(3) would go on in the middle of a word that is gone. */
static void
reset_getopt(void)
{
	static char word[] = "";
	char *argv[] = {word, NULL};

	optind = 0;
	opterr = 0;
	getopt(1, argv, "");
}

static void
trapsess_on_token(const char *token, char *line)
{
	CLEANUP_WORDS struct words words = {.count = 0};
	CLEANUP_SESSION netsnmp_session session;

	split(token, line, &words);
	reading.is_inform = false;
	reset_getopt();
	snmp_sess_init(&session);
	if (netsnmp_parse_args(words.count, words.word, &session, "C:", trapsess_on_option,
		    NETSNMP_PARSE_ARGS_NOLOGGING | NETSNMP_PARSE_ARGS_NOZERO) < 0 ||
		session.peername == NULL) {
		config_perror("must be [OPTIONS of snmpcmd] [-Ci] HOST");
		return;
	}
	if (session.version == SNMP_VERSION_1 && reading.is_inform) {
		config_perror("SNMPv1 has no informs");
		return;
	}
	add_sink(token, &session, command_of(&session), session.peername);
}

static void
trapcommunity_on_token(const char *token, char *line)
{
	char word[WORD_MAX_OCTETS];

	(void)token;
	copy_nword(line, word, sizeof(word));
	free(reading.community);
	reading.community = xstrdup(word);
}

/* A name is not looked up for it, as snmpd does for each trap. */
static void
v1trapaddress_on_token(const char *token, char *line)
{
	struct in_addr address;

	(void)token;
	if (inet_pton(AF_INET, line, &address) != 1) {
		config_perror("must be an IPv4 address");
		return;
	}
	netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_TRAP_ADDR, line);
}

void
sink_tokens_register(struct sinks *sinks)
{
	static const struct {
		const char *token;
		void (*on_token)(const char *token, char *line);
	} tokens[] = {
		{"trapsink", trapsink_on_token},
		{"trap2sink", trap2sink_on_token},
		{"informsink", informsink_on_token},
		{"trapsess", trapsess_on_token},
		{"trapcommunity", trapcommunity_on_token},
		{"v1trapaddress", v1trapaddress_on_token},
	};

	reading.sinks = sinks;
	for (size_t i = 0; i < ARRAY_LEN(tokens); i++) {
		unregister_app_config_handler(tokens[i].token);
		register_app_config_handler(
			tokens[i].token, tokens[i].on_token, NULL, "see snmpd.conf(5)");
	}
}

void
sink_tokens_end(void)
{
	free(STEAL(reading.community));
	reading.sinks = NULL;
}
