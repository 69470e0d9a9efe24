/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading and writing on a socket that does not block, with TLS or without.
 */
#ifndef ENGINE_STREAM_SOCKET_H
#define ENGINE_STREAM_SOCKET_H

#include <openssl/ssl.h>
#include <stddef.h>
#include <sys/types.h>

struct probe;

/* What comes back instead of a number of octets. */
enum stream_socket_result {
	STREAM_SOCKET_WANTS_READ = -1, /* again once the socket is ready to be read */
	STREAM_SOCKET_WANTS_WRITE = -2,
	STREAM_SOCKET_FAILED = -3, /* errno says why */
};

/* ssl is NULL for a connection without TLS. 0 is the end of what is read. */
ssize_t stream_socket_read(int fd, SSL *ssl, char *buf, size_t size);
ssize_t stream_socket_write(int fd, SSL *ssl, const char *data, size_t len);

/* One step of a client's handshake: 0 once it has ended. The queue of errors stays. */
ssize_t stream_socket_shake_hands(SSL *ssl);

/* A client on the socket that wants, where the probe verifies, a certificate for its host. */
SSL *stream_socket_new_tls(SSL_CTX *context, int fd, const struct probe *probe);

#endif
