/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order of net-snmp: init_agent makes tokens, init_snmp reads files in two passes (early
 * tokens, then all) and calls back after each. The administrator's file is read in these
 * callbacks, before all others: after what is kept, so that a user's new password wins, and
 * with rights of its own. What is kept can be written by the user and is read with his.
 */
#include "library.h"

#include <errno.h>
#include <fcntl.h>
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "library_exports.h"
#include "log.h"
#include "util.h"

/* A name server that does not answer is asked once; see resolv.conf(5). */
#define RESOLVER_OPTIONS "timeout:1 attempts:1"

/* net-snmp's callbacks own their argument. */
static struct {
	const struct privileges *privileges;
	const char *config;
	int error;
} reading;

/* Tokens that are the library's and mean nothing here, or that would run code. */
static const struct {
	const char *token;
	const char *reason;
} refused[] = {
	{"agentaddress", "snmp.listen of checkd.yaml says where to listen"},
	{"agentgroup", "snmp.user of checkd.yaml says as whom to run"},
	{"agentuser", "snmp.user of checkd.yaml says as whom to run"},
	{"master", "there are no subagents"},
	{"perl", "no code is run"},
	{"perlInitFile", "no code is run"},
	{"smuxpeer", "there is no SMUX"},
	{"smuxsocket", "there is no SMUX"},
};

static void
refused_on_token(const char *token, char *line)
{
	(void)line;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		if (strcasecmp(token, refused[i].token) == 0)
			netsnmp_config_error("%s is ignored: %s", token, refused[i].reason);
	}
}

static void
set_flag(int store, int flag)
{
	netsnmp_ds_set_boolean(store, flag, 1);
}

/* What the environment says is said by the engine, which started us with none. */
static void
set_defaults(void)
{
	static const char *const variables[] = {
		"HOME", "SNMPCONFPATH", "SNMP_PERSISTENT_DIR", "SNMP_PERSISTENT_FILE"};

	for (size_t i = 0; i < ARRAY_LEN(variables); i++)
		unsetenv(variables[i]);
	setenv("MIBS", "", 1);
	setenv("RES_OPTIONS", RESOLVER_OPTIONS, 1);
	set_configuration_directory("");
	set_persistent_directory(".");
	netsnmp_ds_set_string(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_MIBDIRS, "");
	netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_PORTS, "none");
	set_flag(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_LOAD_HOST_FILES);
	set_flag(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_NO_CONNECTION_WARNINGS);
	set_flag(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_DONT_LOG_TCPWRAPPERS_CONNECTS);
}

void
library_init(void)
{
	char no_smux[] = "-smux"; /* taken apart in place */

	set_defaults();
	add_to_init_list(no_smux);
	init_agent(LIBRARY_NAME);
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		unregister_app_config_handler(refused[i].token);
		register_app_config_handler(
			refused[i].token, refused_on_token, NULL, "not supported");
	}
	/* It says in four lines what is said here in one. */
	snmp_unregister_callback(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_POST_READ_CONFIG,
		vacm_warn_if_not_configured, NULL, 0);
}

/*
 * The library tells of a file that it cannot read in its debugging output alone. What it is
 * told to do by one that it reads as root, such as to write a log, it does as root.
 */
static int
check_file(const char *path, bool is_root)
{
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0)
		return -errno;
	if (S_ISDIR(status.st_mode))
		return -EISDIR;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	if (is_root && (status.st_uid != 0 || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0))
		return -EPERM;
	return 0;
}

static void
read_file(int pass)
{
	int error = privileges_raise(reading.privileges);

	if (error == 0)
		error = check_file(reading.config, reading.privileges->has_identity);
	if (error == 0)
		read_config(reading.config, read_config_get_handlers(LIBRARY_NAME), pass);
	if (reading.error == 0)
		reading.error = error;
	error = privileges_lower(reading.privileges);
	if (reading.error == 0)
		reading.error = error;
}

static int
library_on_early_pass(int major, int minor, void *message, void *arg)
{
	(void)major;
	(void)minor;
	(void)message;
	(void)arg;
	read_file(PREMIB_CONFIG);
	return SNMPERR_SUCCESS;
}

static int
library_on_pass(int major, int minor, void *message, void *arg)
{
	(void)major;
	(void)minor;
	(void)message;
	(void)arg;
	read_file(NORMAL_CONFIG);
	return SNMPERR_SUCCESS;
}

static void
register_passes(void)
{
	netsnmp_register_callback(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_POST_PREMIB_READ_CONFIG,
		library_on_early_pass, NULL, NETSNMP_CALLBACK_HIGHEST_PRIORITY);
	netsnmp_register_callback(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_POST_READ_CONFIG,
		library_on_pass, NULL, NETSNMP_CALLBACK_HIGHEST_PRIORITY);
}

int
library_read(const struct privileges *privileges, const char *config)
{
	int error = privileges_lower(privileges);

	if (error < 0)
		return error;
	reading.privileges = privileges;
	reading.config = config;
	reading.error = 0;
	if (config[0] != '\0')
		register_passes();
	init_snmp(LIBRARY_NAME);
	error = privileges_raise(privileges);
	if (reading.error < 0)
		return reading.error;
	if (!vacm_is_configured())
		log_warning("%s: no access is configured: no request is answered; give it "
			    "rocommunity or rouser, see checkd-snmp(8)",
			config[0] != '\0' ? config : "without snmp.config");
	return error;
}

void
library_store(void)
{
	snmp_store(LIBRARY_NAME);
}
