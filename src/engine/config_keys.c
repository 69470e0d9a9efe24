/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of keys, and access to the fields that its rows name.
 */
#include "config_keys.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "aggregate.h"
#include "config.h"
#include "maintenance.h"
#include "probe.h"
#include "util.h"
#include "wire.h"
#include "worker_definition.h"
#include "worker_line.h"

#define SECOND            INT64_C(1000) /* in milliseconds */
#define DAY               (24 * 3600 * SECOND)
#define MONTH             (30 * DAY)
#define KIBIBYTE          INT64_C(1024)
#define MEBIBYTE          (1024 * KIBIBYTE)
#define PEBIBYTE          (1024 * 1024 * 1024 * MEBIBYTE)

#define LINE_MAX_OCTETS   255
#define PATH_MAX_OCTETS   4095
#define USER_MAX_OCTETS   255
#define SOCKET_MAX_OCTETS 103 /* sun_path has 108, and the new one is made beside it */
#define STATE_MAX_OCTETS  480 /* SQLite takes 512, and it and the store append to it */
#define RULE_MAX_OCTETS   511 /* of the text of a rule; codes_new bounds its meaning */
#define URL_MAX_OCTETS    2000
#define HEADER_MAX_OCTETS 1023
#define HOST_MAX_OCTETS   253
#define SEND_MAX_OCTETS   (16 * KIBIBYTE)
#define EXPECT_MAX_OCTETS 1024
#define ARGUMENT_MAX      (128 * KIBIBYTE - 1) /* the kernel's MAX_ARG_STRLEN and its NUL */

static const struct config_choice types[] = {
	{"command", CHECK_TYPE_COMMAND},
	{"tcp", CHECK_TYPE_TCP},
	{"unix", CHECK_TYPE_UNIX},
	{"http", CHECK_TYPE_HTTP},
	{"dns", CHECK_TYPE_DNS},
	{"ping", CHECK_TYPE_PING},
	{"file", CHECK_TYPE_FILE},
	{"process", CHECK_TYPE_PROCESS},
	{"passive", CHECK_TYPE_PASSIVE},
	{"aggregate", CHECK_TYPE_AGGREGATE},
	{"worker", CHECK_TYPE_WORKER},
	{NULL, 0},
};

static const struct config_choice families[] = {
	{"any", PROBE_FAMILY_ANY},
	{"ipv4", PROBE_FAMILY_IPV4},
	{"ipv6", PROBE_FAMILY_IPV6},
	{NULL, 0},
};

static const struct config_choice methods[] = {
	{"GET", PROBE_METHOD_GET},
	{"HEAD", PROBE_METHOD_HEAD},
	{"POST", PROBE_METHOD_POST},
	{"PUT", PROBE_METHOD_PUT},
	{"PATCH", PROBE_METHOD_PATCH},
	{"DELETE", PROBE_METHOD_DELETE},
	{"OPTIONS", PROBE_METHOD_OPTIONS},
	{NULL, 0},
};

static const struct config_choice records[] = {
	{"A", PROBE_RECORD_A},
	{"AAAA", PROBE_RECORD_AAAA},
	{"CNAME", PROBE_RECORD_CNAME},
	{"MX", PROBE_RECORD_MX},
	{"NS", PROBE_RECORD_NS},
	{"PTR", PROBE_RECORD_PTR},
	{"SOA", PROBE_RECORD_SOA},
	{"SRV", PROBE_RECORD_SRV},
	{"TXT", PROBE_RECORD_TXT},
	{NULL, 0},
};

static const struct config_choice notifies[] = {
	{"status", CHECK_NOTIFY_STATUS},
	{"state", CHECK_NOTIFY_STATE},
	{"none", CHECK_NOTIFY_NONE},
	{NULL, 0},
};

static const struct config_choice durabilities[] = {
	{"full", true},
	{"normal", false},
	{NULL, 0},
};

static const struct config_choice modes[] = {
	{"agentx", false},
	{"standalone", true},
	{NULL, 0},
};

static const struct config_choice texts[] = {
	{"utf8", false},
	{"ascii", true},
	{NULL, 0},
};

static uint64_t
derive_retry(const struct definition *definition)
{
	return definition->interval_ms;
}

/* An aggregate is stale when a member is, and not by itself. */
static uint64_t
derive_fresh(const struct definition *definition)
{
	if (definition->type == CHECK_TYPE_AGGREGATE)
		return 0;
	return 3 * definition->interval_ms + definition->timeout_ms;
}

static uint64_t
derive_flapping_stop(const struct definition *definition)
{
	return (definition->policy.flapping_start + 1) / 2;
}

#define FIELD(type, member)                                                                    \
	.offset = offsetof(struct type, member), .size = sizeof(((struct type *)NULL)->member)

#define TYPE(type)  CONFIG_KEYS_TYPE(CHECK_TYPE_##type)
#define OF_COMMAND  .types = TYPE(COMMAND)
#define RUN(member) .is_command = true, FIELD(command, member)
#define OF(these)   .is_probe = true, .types = (these)
#define STREAMS     (TYPE(TCP) | TYPE(UNIX))
#define TALKS       (STREAMS | TYPE(HTTP))
#define TLS         (TYPE(TCP) | TYPE(HTTP))
#define HOSTS       (TYPE(TCP) | TYPE(DNS) | TYPE(PING))
#define TIMED       (TALKS | TYPE(DNS) | TYPE(PING))
#define PROBES      (TIMED | TYPE(FILE) | TYPE(PROCESS))
#define SCRIPTS     (TYPE(COMMAND) | TYPE(WORKER))
#define RUNS        (SCRIPTS | PROBES)
#define OF_RUNS     .types = RUNS
#define OF_RESULTS  .types = RUNS | TYPE(PASSIVE)
#define OF_SCRIPTS  .types = SCRIPTS
#define OF_WORKER   .types = TYPE(WORKER)
#define OF_RULES    .is_aggregate = true, .types = TYPE(AGGREGATE)

/* Checks come first: their keys are looked up the most. */
/* clang-format off */
static const struct config_key keys[] = {
	{CONFIG_SECTION_CHECK, "name", CONFIG_TYPE_NAME, .max = DEFINITION_NAME_MAX,
		.is_always_said = true, FIELD(definition, name),
		.help = "the identity of the check"},
	{CONFIG_SECTION_CHECK, "description", CONFIG_TYPE_LINE, .max = LINE_MAX_OCTETS,
		.fallback = "", FIELD(definition, description),
		.help = "a line for people"},
	{CONFIG_SECTION_CHECK, "group", CONFIG_TYPE_NAME, .max = DEFINITION_NAME_MAX,
		.is_inherited = true, .fallback = "default", .is_shared = true, FIELD(definition, group),
		.help = "the group the check is counted in"},
	{CONFIG_SECTION_CHECK, "enabled", CONFIG_TYPE_BOOLEAN,
		.is_inherited = true, .fallback = "true", FIELD(definition, is_enabled),
		.help = "whether the check runs"},
	{CONFIG_SECTION_CHECK, "type", CONFIG_TYPE_CHOICE, .choices = types,
		.fallback = "command", FIELD(definition, type),
		.help = "what kind of check it is"},
	{CONFIG_SECTION_CHECK, "depends", CONFIG_TYPE_CHECKS, .max = DEFINITION_NAME_MAX,
		FIELD(definition, depends),
		.help = "the checks without which this one says nothing"},
	{CONFIG_SECTION_CHECK, "all", CONFIG_TYPE_SELECTORS, OF_RULES, .max = LINE_MAX_OCTETS,
		FIELD(aggregate, selectors),
		.help = "the checks that must all be ok"},
	{CONFIG_SECTION_CHECK, "any", CONFIG_TYPE_SELECTORS, OF_RULES, .max = LINE_MAX_OCTETS,
		FIELD(aggregate, selectors),
		.help = "the checks of which one must be ok"},
	{CONFIG_SECTION_CHECK, "worst", CONFIG_TYPE_SELECTORS, OF_RULES, .max = LINE_MAX_OCTETS,
		FIELD(aggregate, selectors),
		.help = "the checks the worst of which it is as"},
	{CONFIG_SECTION_CHECK, "at_least", CONFIG_TYPE_INTEGER, OF_RULES, .min = 1, .max = 100000,
		FIELD(aggregate, at_least),
		.help = "how many checks must be ok"},
	{CONFIG_SECTION_CHECK, "of", CONFIG_TYPE_SELECTORS, OF_RULES, .max = LINE_MAX_OCTETS,
		FIELD(aggregate, selectors),
		.help = "the checks of which at_least so many must be ok"},
	{CONFIG_SECTION_CHECK, "command", CONFIG_TYPE_COMMAND, OF_COMMAND, .max = ARGUMENT_MAX,
		RUN(line),
		.help = "the command line"},
	{CONFIG_SECTION_CHECK, "shell", CONFIG_TYPE_BOOLEAN, OF_COMMAND,
		.fallback = "false", RUN(is_shell),
		.help = "whether a shell runs the command"},
	{CONFIG_SECTION_CHECK, "argv", CONFIG_TYPE_ARGV, OF_COMMAND, .max = ARGUMENT_MAX,
		RUN(argv),
		.help = "the program and the list of its arguments"},
	{CONFIG_SECTION_CHECK, "worker", CONFIG_TYPE_WORKER, OF_WORKER, .max = DEFINITION_NAME_MAX,
		FIELD(definition, worker),
		.help = "the worker that is asked"},
	{CONFIG_SECTION_CHECK, "args", CONFIG_TYPE_ARGUMENTS, OF_WORKER, .max = WORKER_LINE_ARGUMENTS_MAX,
		FIELD(definition, arguments),
		.help = "what the worker is asked"},
	{CONFIG_SECTION_CHECK, "interval", CONFIG_TYPE_DURATION, .min = 100, .max = MONTH,
		.is_inherited = true, .is_always_said = true, .fallback = "1m",
		FIELD(definition, interval_ms),
		.help = "the time from one run to the next"},
	{CONFIG_SECTION_CHECK, "timeout", CONFIG_TYPE_DURATION, OF_RUNS, .min = 100, .max = MONTH,
		.is_inherited = true, .is_always_said = true, .fallback = "10s",
		FIELD(definition, timeout_ms),
		.help = "how long a run may last"},
	{CONFIG_SECTION_CHECK, "grace", CONFIG_TYPE_DURATION, OF_COMMAND, .min = 0, .max = DAY,
		.is_inherited = true, .fallback = "2s", RUN(grace_ms),
		.help = "the time from SIGTERM to SIGKILL"},
	{CONFIG_SECTION_CHECK, "confirm", CONFIG_TYPE_INTEGER, OF_RESULTS, .min = 1, .max = 1000,
		.is_inherited = true, .fallback = "1", FIELD(definition, policy.confirm),
		.help = "how many results in a row change the state"},
	{CONFIG_SECTION_CHECK, "retry", CONFIG_TYPE_DURATION, OF_RUNS, .min = 100, .max = MONTH,
		.is_inherited = true, .derive = derive_retry, FIELD(definition, retry_ms),
		.help = "the interval while a change awaits confirmation"},
	{CONFIG_SECTION_CHECK, "fresh", CONFIG_TYPE_DURATION, OF_RESULTS, .min = SECOND, .max = 4 * MONTH,
		.is_inherited = true, .derive = derive_fresh, FIELD(definition, fresh_ms),
		.help = "the time without a finished run after which the check is stale"},
	{CONFIG_SECTION_CHECK, "codes", CONFIG_TYPE_CODES, .max = RULE_MAX_OCTETS,
		.is_inherited = true, FIELD(definition, policy.codes),
		.help = "what exit codes mean"},
	{CONFIG_SECTION_CHECK, "on_timeout", CONFIG_TYPE_STATE, OF_SCRIPTS,
		.is_inherited = true, .fallback = "critical", FIELD(definition, policy.on_timeout),
		.help = "the state of a run that lasted too long"},
	{CONFIG_SECTION_CHECK, "on_signal", CONFIG_TYPE_STATE, OF_COMMAND,
		.is_inherited = true, .fallback = "critical", FIELD(definition, policy.on_signal),
		.help = "the state of a run that died by a signal"},
	{CONFIG_SECTION_CHECK, "on_start_failure", CONFIG_TYPE_STATE, OF_RUNS,
		.is_inherited = true, .fallback = "unknown",
		FIELD(definition, policy.on_start_failure),
		.help = "the state of a run that could not be started"},
	{CONFIG_SECTION_CHECK, "notify", CONFIG_TYPE_CHOICE, .choices = notifies,
		.is_inherited = true, .fallback = "status", FIELD(definition, notify),
		.help = "which events are notified"},
	{CONFIG_SECTION_CHECK, "flapping_start", CONFIG_TYPE_INTEGER, .min = 0, .max = 100,
		.is_inherited = true, .fallback = "0", FIELD(definition, policy.flapping_start),
		.help = "the share of changes, in percent, from which on it is flapping"},
	{CONFIG_SECTION_CHECK, "flapping_stop", CONFIG_TYPE_INTEGER, .min = 1, .max = 100,
		.is_inherited = true, .derive = derive_flapping_stop,
		FIELD(definition, policy.flapping_stop),
		.help = "the share of changes, in percent, below which it flaps no more"},
	{CONFIG_SECTION_CHECK, "env", CONFIG_TYPE_ENV, OF_COMMAND, .max = ARGUMENT_MAX,
		.is_inherited = true, RUN(env),
		.help = "the environment of the command"},
	{CONFIG_SECTION_CHECK, "directory", CONFIG_TYPE_DIRECTORY, OF_COMMAND, .max = PATH_MAX_OCTETS,
		.is_inherited = true, RUN(directory),
		.help = "the working directory of the command"},
	{CONFIG_SECTION_CHECK, "user", CONFIG_TYPE_USER, OF_COMMAND, .max = USER_MAX_OCTETS,
		.is_inherited = true, RUN(user),
		.help = "whom the command runs as"},
	{CONFIG_SECTION_CHECK, "nice", CONFIG_TYPE_INTEGER, OF_COMMAND, .min = -20, .max = 19,
		.is_inherited = true, .fallback = "0", RUN(nice),
		.help = "the scheduling priority of the command"},
	{CONFIG_SECTION_CHECK, "memory", CONFIG_TYPE_SIZE, OF_COMMAND, .min = MEBIBYTE, .max = PEBIBYTE,
		.is_inherited = true, RUN(memory_limit),
		.help = "how much memory each process of a run may have"},
	{CONFIG_SECTION_CHECK, "cpu", CONFIG_TYPE_SECONDS, OF_COMMAND, .min = 1, .max = MONTH / SECOND,
		.is_inherited = true, RUN(cpu_limit_s),
		.help = "how much processor time each process of a run may use"},
	{CONFIG_SECTION_CHECK, "insecure", CONFIG_TYPE_BOOLEAN, OF_COMMAND,
		.is_inherited = true, .fallback = "false", RUN(is_insecure),
		.help = "whether to run what others than root can write"},
	{CONFIG_SECTION_CHECK, "host", CONFIG_TYPE_HOST, OF(HOSTS),
		.max = HOST_MAX_OCTETS, FIELD(probe, host),
		.help = "the host's name or address"},
	{CONFIG_SECTION_CHECK, "port", CONFIG_TYPE_INTEGER, OF(TYPE(TCP) | TYPE(DNS)),
		.min = 1, .max = UINT16_MAX, FIELD(probe, port),
		.help = "the port to connect to"},
	{CONFIG_SECTION_CHECK, "path", CONFIG_TYPE_FILE, OF(TYPE(UNIX) | TYPE(FILE)),
		.max = PATH_MAX_OCTETS, FIELD(probe, path),
		.help = "the socket, or the file"},
	{CONFIG_SECTION_CHECK, "family", CONFIG_TYPE_CHOICE, OF(TLS | TYPE(PING)),
		.choices = families, .fallback = "any", FIELD(probe, family),
		.help = "which addresses of a name are tried"},
	{CONFIG_SECTION_CHECK, "tls", CONFIG_TYPE_BOOLEAN, OF(TYPE(TCP)),
		.fallback = "false", FIELD(probe, is_tls),
		.help = "whether to speak TLS"},
	{CONFIG_SECTION_CHECK, "verify", CONFIG_TYPE_BOOLEAN, OF(TLS),
		.fallback = "true", FIELD(probe, is_verified),
		.help = "whether the certificate must be trusted and for the host"},
	{CONFIG_SECTION_CHECK, "ca_file", CONFIG_TYPE_FILE, OF(TLS),
		.max = PATH_MAX_OCTETS, FIELD(probe, ca_file),
		.help = "the file of the certificates to trust"},
	{CONFIG_SECTION_CHECK, "server_name", CONFIG_TYPE_HOST, OF(TYPE(TCP)),
		.max = HOST_MAX_OCTETS, FIELD(probe, server_name),
		.help = "the name that the certificate must be for"},
	{CONFIG_SECTION_CHECK, "warning_certificate", CONFIG_TYPE_DURATION, OF(TLS),
		.min = SECOND, .max = 120 * MONTH, FIELD(probe, warning_certificate_ms),
		.help = "how long before its end a certificate is a warning"},
	{CONFIG_SECTION_CHECK, "critical_certificate", CONFIG_TYPE_DURATION, OF(TLS),
		.min = SECOND, .max = 120 * MONTH, FIELD(probe, critical_certificate_ms),
		.help = "how long before its end a certificate is critical"},
	{CONFIG_SECTION_CHECK, "send", CONFIG_TYPE_DATA, OF(TALKS),
		.max = SEND_MAX_OCTETS, FIELD(probe, send),
		.help = "what to send"},
	{CONFIG_SECTION_CHECK, "expect", CONFIG_TYPE_DATA, OF(TALKS),
		.max = EXPECT_MAX_OCTETS, FIELD(probe, expect),
		.help = "a text that must come back"},
	{CONFIG_SECTION_CHECK, "pattern", CONFIG_TYPE_PATTERN,
		OF(TALKS | TYPE(FILE) | TYPE(PROCESS)),
		.max = EXPECT_MAX_OCTETS, FIELD(probe, pattern),
		.help = "a regular expression that must match"},
	{CONFIG_SECTION_CHECK, "url", CONFIG_TYPE_URL, OF(TYPE(HTTP)),
		.max = URL_MAX_OCTETS, FIELD(probe, url),
		.help = "what to ask for"},
	{CONFIG_SECTION_CHECK, "method", CONFIG_TYPE_CHOICE, OF(TYPE(HTTP)),
		.choices = methods, .fallback = "GET", FIELD(probe, method),
		.help = "the method of the request"},
	{CONFIG_SECTION_CHECK, "headers", CONFIG_TYPE_HEADERS, OF(TYPE(HTTP)),
		.max = HEADER_MAX_OCTETS, FIELD(probe, headers),
		.help = "the headers of the request"},
	{CONFIG_SECTION_CHECK, "status", CONFIG_TYPE_STATUSES, OF(TYPE(HTTP)),
		.max = LINE_MAX_OCTETS, .fallback = "200-299", FIELD(probe, statuses),
		.help = "which statuses are right"},
	{CONFIG_SECTION_CHECK, "redirects", CONFIG_TYPE_INTEGER, OF(TYPE(HTTP)),
		.min = 0, .max = 20, .fallback = "0", FIELD(probe, redirects),
		.help = "how many redirects are followed"},
	{CONFIG_SECTION_CHECK, "record", CONFIG_TYPE_CHOICE, OF(TYPE(DNS)),
		.choices = records, .fallback = "A", FIELD(probe, record),
		.help = "the type of the records to ask for"},
	{CONFIG_SECTION_CHECK, "answers", CONFIG_TYPE_ANSWERS, OF(TYPE(DNS)),
		.max = LINE_MAX_OCTETS, FIELD(probe, answers),
		.help = "what must be among the answers"},
	{CONFIG_SECTION_CHECK, "server", CONFIG_TYPE_ADDRESS, OF(TYPE(DNS)),
		.max = HOST_MAX_OCTETS, FIELD(probe, server),
		.help = "the server to ask"},
	{CONFIG_SECTION_CHECK, "count", CONFIG_TYPE_INTEGER, OF(TYPE(PING)),
		.min = 1, .max = 100, .fallback = "3", FIELD(probe, count),
		.help = "how many packets are sent"},
	{CONFIG_SECTION_CHECK, "spacing", CONFIG_TYPE_DURATION, OF(TYPE(PING)),
		.min = 10, .max = 60 * SECOND, .fallback = "200ms", FIELD(probe, spacing_ms),
		.help = "the time from one packet to the next"},
	{CONFIG_SECTION_CHECK, "warning_loss", CONFIG_TYPE_INTEGER, OF(TYPE(PING)),
		.min = 1, .max = 100, FIELD(probe, warning_loss),
		.help = "the share of lost packets, in percent, that is a warning"},
	{CONFIG_SECTION_CHECK, "critical_loss", CONFIG_TYPE_INTEGER, OF(TYPE(PING)),
		.min = 1, .max = 100, FIELD(probe, critical_loss),
		.help = "the share of lost packets, in percent, that is critical"},
	{CONFIG_SECTION_CHECK, "absent", CONFIG_TYPE_BOOLEAN, OF(TYPE(FILE)),
		.fallback = "false", FIELD(probe, is_absent),
		.help = "whether no such file may be there"},
	{CONFIG_SECTION_CHECK, "warning_age", CONFIG_TYPE_DURATION, OF(TYPE(FILE)),
		.min = SECOND, .max = 120 * MONTH, FIELD(probe, warning_age_ms),
		.help = "the age beyond which a file is a warning"},
	{CONFIG_SECTION_CHECK, "critical_age", CONFIG_TYPE_DURATION, OF(TYPE(FILE)),
		.min = SECOND, .max = 120 * MONTH, FIELD(probe, critical_age_ms),
		.help = "the age beyond which a file is critical"},
	{CONFIG_SECTION_CHECK, "warning_size", CONFIG_TYPE_RANGE, OF(TYPE(FILE)),
		.max = LINE_MAX_OCTETS, FIELD(probe, warning_size),
		.help = "the sizes outside of which a file is a warning"},
	{CONFIG_SECTION_CHECK, "critical_size", CONFIG_TYPE_RANGE, OF(TYPE(FILE)),
		.max = LINE_MAX_OCTETS, FIELD(probe, critical_size),
		.help = "the sizes outside of which a file is critical"},
	{CONFIG_SECTION_CHECK, "lines", CONFIG_TYPE_INTEGER, OF(TYPE(FILE)),
		.min = 1, .max = 1000, .fallback = "10", FIELD(probe, lines),
		.help = "in how many of the last lines the pattern is looked for"},
	{CONFIG_SECTION_CHECK, "process", CONFIG_TYPE_LINE, OF(TYPE(PROCESS)),
		.max = LINE_MAX_OCTETS, FIELD(probe, process),
		.help = "the name of the processes to count"},
	{CONFIG_SECTION_CHECK, "owner", CONFIG_TYPE_USER, OF(TYPE(PROCESS)),
		.max = USER_MAX_OCTETS, FIELD(probe, owner),
		.help = "the user whose processes count"},
	{CONFIG_SECTION_CHECK, "pid_file", CONFIG_TYPE_FILE, OF(TYPE(PROCESS)),
		.max = PATH_MAX_OCTETS, FIELD(probe, pid_file),
		.help = "the file that has the number of the process"},
	{CONFIG_SECTION_CHECK, "warning_count", CONFIG_TYPE_RANGE, OF(TYPE(PROCESS)),
		.max = LINE_MAX_OCTETS, FIELD(probe, warning_count),
		.help = "the numbers of processes outside of which it is a warning"},
	{CONFIG_SECTION_CHECK, "critical_count", CONFIG_TYPE_RANGE, OF(TYPE(PROCESS)),
		.max = LINE_MAX_OCTETS, .fallback = "1-", FIELD(probe, critical_count),
		.help = "the numbers of processes outside of which it is critical"},
	{CONFIG_SECTION_CHECK, "warning_time", CONFIG_TYPE_DURATION, OF(TIMED),
		.min = 1, .max = MONTH, FIELD(probe, warning_time_ms),
		.help = "the time beyond which an answer is a warning"},
	{CONFIG_SECTION_CHECK, "critical_time", CONFIG_TYPE_DURATION, OF(TIMED),
		.min = 1, .max = MONTH, FIELD(probe, critical_time_ms),
		.help = "the time beyond which an answer is critical"},

	{CONFIG_SECTION_FILE, "include", CONFIG_TYPE_PART, .is_main_only = true,
		.help = "the list of files to read too"},
	{CONFIG_SECTION_FILE, "state", CONFIG_TYPE_FILE, .max = STATE_MAX_OCTETS,
		.is_main_only = true, .fallback = CHECKD_STATE, FIELD(config, store.path),
		.help = "the file of the database"},
	{CONFIG_SECTION_FILE, "durability", CONFIG_TYPE_CHOICE, .choices = durabilities,
		.is_main_only = true, .fallback = "full", FIELD(config, store.is_full),
		.help = "what a stored result survives"},
	{CONFIG_SECTION_FILE, "spool", CONFIG_TYPE_DIRECTORY, .max = PATH_MAX_OCTETS,
		.is_main_only = true, FIELD(config, spool),
		.help = "the folder from which results of passive checks are taken"},
	{CONFIG_SECTION_FILE, "limits", CONFIG_TYPE_PART, .is_main_only = true,
		.help = "what checkd may use"},
	{CONFIG_SECTION_FILE, "snmp", CONFIG_TYPE_PART, .is_main_only = true,
		.help = "how checks are published"},
	{CONFIG_SECTION_FILE, "control", CONFIG_TYPE_PART, .is_main_only = true,
		.help = "how checkd is asked and told"},
	{CONFIG_SECTION_FILE, "defaults", CONFIG_TYPE_PART, .is_main_only = true,
		.help = "what a check has where it says nothing itself"},
	{CONFIG_SECTION_FILE, "codes", CONFIG_TYPE_PART,
		.help = "the list of exit-code maps"},
	{CONFIG_SECTION_FILE, "workers", CONFIG_TYPE_PART,
		.help = "the list of workers"},
	{CONFIG_SECTION_FILE, "maintenance", CONFIG_TYPE_PART,
		.help = "the list of planned maintenance"},
	{CONFIG_SECTION_FILE, "checks", CONFIG_TYPE_PART,
		.help = "the list of checks"},

	{CONFIG_SECTION_LIMITS, "parallel", CONFIG_TYPE_INTEGER, .min = 1, .max = 10000,
		.fallback = "64", FIELD(config_limits, parallel),
		.help = "how many runs are in their first second at once"},
	{CONFIG_SECTION_LIMITS, "processes", CONFIG_TYPE_INTEGER, .min = 1, .max = 100000,
		.fallback = "1000", FIELD(config_limits, processes),
		.help = "how many runs may last longer than a second at once"},
	{CONFIG_SECTION_LIMITS, "probes", CONFIG_TYPE_INTEGER, .min = 1, .max = 100000,
		.fallback = "10000", FIELD(config_limits, probes),
		.help = "how many probes are at work at once"},
	{CONFIG_SECTION_LIMITS, "output", CONFIG_TYPE_SIZE, .min = 256, .max = MEBIBYTE,
		.fallback = "4K", FIELD(config_limits, output),
		.help = "how much is kept of each of a script's two outputs"},
	{CONFIG_SECTION_LIMITS, "history", CONFIG_TYPE_INTEGER, .min = 100, .max = 10000000,
		.fallback = "10000", FIELD(config_limits, history),
		.help = "how many events are kept once they are settled"},
	{CONFIG_SECTION_LIMITS, "backlog", CONFIG_TYPE_INTEGER, .min = 1000, .max = 10000000,
		.fallback = "100000", FIELD(config_limits, backlog),
		.help = "how many events may wait to be notified"},
	{CONFIG_SECTION_LIMITS, "runs", CONFIG_TYPE_INTEGER, .min = 0, .max = 10000000,
		.fallback = "20000", FIELD(config_limits, runs),
		.help = "how many last runs of all checks together are remembered"},

	{CONFIG_SECTION_SNMP, "mode", CONFIG_TYPE_CHOICE, .choices = modes,
		.fallback = "agentx", FIELD(config_snmp, is_standalone),
		.help = "whether the publisher has a master or is an agent of its own"},
	{CONFIG_SECTION_SNMP, "master", CONFIG_TYPE_MASTER, .max = WIRE_SETTING_MAX,
		.fallback = "unix:/var/agentx/master", FIELD(config_snmp, master),
		.help = "the address of the AgentX master"},
	{CONFIG_SECTION_SNMP, "listen", CONFIG_TYPE_LISTEN, .max = WIRE_SETTING_MAX,
		.fallback = "udp:161", FIELD(config_snmp, listen),
		.help = "where the standalone agent listens"},
	{CONFIG_SECTION_SNMP, "config", CONFIG_TYPE_FILE, .max = WIRE_SETTING_MAX,
		FIELD(config_snmp, config),
		.help = "the file of the standalone agent's own settings"},
	{CONFIG_SECTION_SNMP, "user", CONFIG_TYPE_USER, .max = USER_MAX_OCTETS,
		FIELD(config_snmp, user),
		.help = "whom the publisher runs as"},
	{CONFIG_SECTION_SNMP, "text", CONFIG_TYPE_CHOICE, .choices = texts,
		.fallback = "utf8", FIELD(config_snmp, is_ascii),
		.help = "the character set of texts"},
	{CONFIG_SECTION_SNMP, "notify_rate", CONFIG_TYPE_INTEGER, .min = 1, .max = 1000000,
		.fallback = "200", FIELD(config_snmp, notify_rate),
		.help = "how many notifications are sent a second at most"},
	{CONFIG_SECTION_SNMP, "busy_poll", CONFIG_TYPE_INTEGER, .min = 0, .max = 1000,
		.fallback = "100", FIELD(config_snmp, busy_poll_us),
		.help = "for how many microseconds a walk's next request is awaited awake"},

	{CONFIG_SECTION_CONTROL, "socket", CONFIG_TYPE_FILE, .max = SOCKET_MAX_OCTETS,
		.fallback = CHECKD_CONTROL, FIELD(config_control, socket),
		.help = "the socket on which checkd is asked and told"},
	{CONFIG_SECTION_CONTROL, "group", CONFIG_TYPE_GROUP, .max = USER_MAX_OCTETS,
		FIELD(config_control, group),
		.help = "the group whose members may ask"},
	{CONFIG_SECTION_CONTROL, "submit", CONFIG_TYPE_GROUP, .max = USER_MAX_OCTETS,
		FIELD(config_control, submit),
		.help = "the group whose members may submit results of passive checks"},

	{CONFIG_SECTION_MAP, "name", CONFIG_TYPE_NAME, .max = DEFINITION_NAME_MAX,
		.help = "what checks call the map"},
	{CONFIG_SECTION_MAP, "map", CONFIG_TYPE_RULES, .max = RULE_MAX_OCTETS,
		.help = "the list of rules, the first match wins"},

	{CONFIG_SECTION_WORKER, "name", CONFIG_TYPE_NAME, .max = DEFINITION_NAME_MAX,
		.is_always_said = true, FIELD(definition, name),
		.help = "what checks call the worker"},
	{CONFIG_SECTION_WORKER, "command", CONFIG_TYPE_COMMAND, .max = ARGUMENT_MAX,
		RUN(line),
		.help = "the command line"},
	{CONFIG_SECTION_WORKER, "shell", CONFIG_TYPE_BOOLEAN,
		.fallback = "false", RUN(is_shell),
		.help = "whether a shell runs the command"},
	{CONFIG_SECTION_WORKER, "argv", CONFIG_TYPE_ARGV, .max = ARGUMENT_MAX,
		RUN(argv),
		.help = "the program and the list of its arguments"},
	{CONFIG_SECTION_WORKER, "processes", CONFIG_TYPE_INTEGER, .is_worker = true,
		.min = 1, .max = 64, .fallback = "1", FIELD(worker_definition, processes),
		.help = "how many processes share the load"},
	{CONFIG_SECTION_WORKER, "in_flight", CONFIG_TYPE_INTEGER, .is_worker = true,
		.min = 1, .max = 1000, .fallback = "16", FIELD(worker_definition, in_flight),
		.help = "how many requests a process may have at once"},
	{CONFIG_SECTION_WORKER, "patience", CONFIG_TYPE_DURATION, .is_worker = true,
		.min = 0, .max = DAY, .fallback = "10s", FIELD(worker_definition, patience_ms),
		.help = "how long a process may be silent after a request timed out"},
	{CONFIG_SECTION_WORKER, "grace", CONFIG_TYPE_DURATION, .min = 0, .max = DAY,
		.fallback = "2s", RUN(grace_ms),
		.help = "the time from SIGTERM to SIGKILL"},
	{CONFIG_SECTION_WORKER, "env", CONFIG_TYPE_ENV, .max = ARGUMENT_MAX,
		RUN(env),
		.help = "the environment of the command"},
	{CONFIG_SECTION_WORKER, "directory", CONFIG_TYPE_DIRECTORY, .max = PATH_MAX_OCTETS,
		RUN(directory),
		.help = "the working directory of the command"},
	{CONFIG_SECTION_WORKER, "user", CONFIG_TYPE_USER, .max = USER_MAX_OCTETS,
		RUN(user),
		.help = "whom the command runs as"},
	{CONFIG_SECTION_WORKER, "nice", CONFIG_TYPE_INTEGER, .min = -20, .max = 19,
		.fallback = "0", RUN(nice),
		.help = "the scheduling priority of the command"},
	{CONFIG_SECTION_WORKER, "memory", CONFIG_TYPE_SIZE, .min = MEBIBYTE, .max = PEBIBYTE,
		RUN(memory_limit),
		.help = "how much memory each of its processes may have"},
	{CONFIG_SECTION_WORKER, "cpu", CONFIG_TYPE_SECONDS, .min = 1, .max = MONTH / SECOND,
		RUN(cpu_limit_s),
		.help = "how much processor time each of its processes may use"},
	{CONFIG_SECTION_WORKER, "insecure", CONFIG_TYPE_BOOLEAN,
		.fallback = "false", RUN(is_insecure),
		.help = "whether to run what others than root can write"},

	{CONFIG_SECTION_MAINTENANCE, "when", CONFIG_TYPE_WINDOWS, .max = LINE_MAX_OCTETS,
		FIELD(maintenance, when),
		.help = "when it is"},
	{CONFIG_SECTION_MAINTENANCE, "checks", CONFIG_TYPE_SELECTORS, .max = LINE_MAX_OCTETS,
		FIELD(maintenance, selectors),
		.help = "which checks it is of"},
	{CONFIG_SECTION_MAINTENANCE, "reason", CONFIG_TYPE_LINE, .max = LINE_MAX_OCTETS,
		.fallback = "", FIELD(maintenance, reason),
		.help = "a line for people"},
};
/* clang-format on */

const struct config_key *
config_keys_first(enum config_section section)
{
	const struct config_key *key = keys;

	while (key->section != section)
		key++;
	return key;
}

const struct config_key *
config_keys_next(const struct config_key *key)
{
	const struct config_key *next = key + 1;

	return next < keys + ARRAY_LEN(keys) && next->section == key->section ? next : NULL;
}

const struct config_key *
config_keys_find(enum config_section section, const char *name)
{
	const struct config_key *key = config_keys_first(section);

	/* Most differ by their first letter, and checks have many keys. */
	while (key != NULL && (key->name[0] != name[0] || strcmp(key->name, name) != 0))
		key = config_keys_next(key);
	return key;
}

bool
config_keys_has_type(const struct config_key *key, enum check_type type)
{
	return key->types == 0 || type == 0 || (key->types & CONFIG_KEYS_TYPE(type)) != 0;
}

const char *
config_keys_type_name(enum check_type type)
{
	const struct config_choice *choice = types;

	while (choice->name != NULL && choice->value != (int64_t)type)
		choice++;
	return choice->name;
}

const char *
config_keys_type_codes(enum check_type type)
{
	return config_keys_type_is_probe(type) ? "probe" : "plugin";
}

bool
config_keys_type_is_probe(enum check_type type)
{
	return (PROBES & CONFIG_KEYS_TYPE(type)) != 0;
}

bool
config_keys_type_has_own_codes(enum check_type type)
{
	return config_keys_type_is_probe(type) || type == CHECK_TYPE_AGGREGATE;
}

bool
config_keys_is_common(const struct config_key *key)
{
	return !key->is_probe && !key->is_aggregate && !key->is_worker;
}

void *
config_keys_part(const struct config_key *key, struct definition *definition)
{
	if (key->is_command)
		return definition->command;
	if (key->is_probe)
		return definition->probe;
	return key->is_aggregate ? (void *)definition->aggregate : definition;
}

bool
config_keys_is_number(const struct config_key *key)
{
	return key->type <= CONFIG_TYPE_CHOICE;
}

int64_t
config_keys_load(const struct config_key *key, const void *section)
{
	const char *field = (const char *)section + key->offset;
	int32_t narrow;
	int64_t wide;

	switch (key->size) {
	case sizeof(uint8_t):
		return *(const uint8_t *)field;
	case sizeof(narrow):
		memcpy(&narrow, field, sizeof(narrow));
		return key->min < 0 ? narrow : (int64_t)(uint32_t)narrow;
	default:
		assert(key->size == sizeof(wide));
		memcpy(&wide, field, sizeof(wide));
		return wide;
	}
}

void
config_keys_store(const struct config_key *key, void *section, int64_t value)
{
	char *field = (char *)section + key->offset;
	int32_t narrow = (int32_t)value;

	switch (key->size) {
	case sizeof(uint8_t):
		*(uint8_t *)field = (uint8_t)value;
		break;
	case sizeof(narrow):
		memcpy(field, &narrow, sizeof(narrow));
		break;
	default:
		assert(key->size == sizeof(value));
		memcpy(field, &value, sizeof(value));
	}
}

char **
config_keys_text(const struct config_key *key, void *section)
{
	assert(key->size == sizeof(char *));
	return (char **)((char *)section + key->offset);
}

char ***
config_keys_list(const struct config_key *key, void *section)
{
	assert(key->size == sizeof(char **));
	return (char ***)((char *)section + key->offset);
}
