/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * OpenSSL's ways to say "later" and "never" made the same as those of read(2) and write(2).
 */
#include "stream_socket.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe.h"
#include "resolver.h"

static ssize_t
result_of_call(ssize_t len, enum stream_socket_result later)
{
	if (len >= 0)
		return len;
	return errno == EAGAIN || errno == EINTR ? (ssize_t)later
						 : (ssize_t)STREAM_SOCKET_FAILED;
}

static ssize_t
result_of_tls(SSL *ssl, int result)
{
	switch (SSL_get_error(ssl, result)) {
	case SSL_ERROR_WANT_READ:
		return STREAM_SOCKET_WANTS_READ;
	case SSL_ERROR_WANT_WRITE:
		return STREAM_SOCKET_WANTS_WRITE;
	default:
		return STREAM_SOCKET_FAILED;
	}
}

/* An end without a word of TLS is an end all the same. */
ssize_t
stream_socket_read(int fd, SSL *ssl, char *buf, size_t size)
{
	if (ssl == NULL)
		return result_of_call(read(fd, buf, size), STREAM_SOCKET_WANTS_READ);
	ERR_clear_error();
	int len = SSL_read(ssl, buf, (int)size);
	ssize_t result = len > 0 ? len : result_of_tls(ssl, len);
	ERR_clear_error();
	return result == STREAM_SOCKET_FAILED ? 0 : result;
}

ssize_t
stream_socket_write(int fd, SSL *ssl, const char *data, size_t len)
{
	if (ssl == NULL)
		return result_of_call(
			send(fd, data, len, MSG_NOSIGNAL), STREAM_SOCKET_WANTS_WRITE);
	ERR_clear_error();
	int sent = SSL_write(ssl, data, (int)len);
	ssize_t result = sent > 0 ? sent : result_of_tls(ssl, sent);
	ERR_clear_error();
	if (result == STREAM_SOCKET_FAILED)
		errno = ECONNRESET;
	return result;
}

ssize_t
stream_socket_shake_hands(SSL *ssl)
{
	ERR_clear_error();
	int result = SSL_connect(ssl);

	return result == 1 ? 0 : result_of_tls(ssl, result);
}

/* A number is no name to be sent, but may be in a certificate. */
SSL *
stream_socket_new_tls(SSL_CTX *context, int fd, const struct probe *probe)
{
	const char *name = probe->server_name != NULL ? probe->server_name : probe->host;
	union resolver_address address;
	bool is_number = resolver_parse_address(name, PROBE_FAMILY_ANY, &address);
	SSL *ssl = SSL_new(context);

	if (ssl == NULL || SSL_set_fd(ssl, fd) != 1)
		abort();
	if (!is_number)
		SSL_set_tlsext_host_name(ssl, name);
	if (!probe->is_verified)
		return ssl;
	SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	int is_set = is_number ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name)
			       : SSL_set1_host(ssl, name);
	if (is_set != 1)
		abort();
	return ssl;
}
