/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection to checkd's control socket, as checkd-control(7) describes it. It waits for one
 * answer at a time, and never without end: a daemon that has stopped is an error.
 */
#ifndef CTL_CLIENT_H
#define CTL_CLIENT_H

#include <jansson.h>
#include <stdint.h>

struct client;

/* Connects with the first request, and anew after each error. The path is borrowed. */
struct client *client_new(const char *path, int64_t patience_ms);
void client_free(struct client *client); /* NULL is fine */

/* While it waits, something to be read from one of these two ends that with -EINTR; -1: none.
 */
void client_set_interrupts(struct client *client, int first_fd, int second_fd);

/*
 * Sends a request, which is taken, and waits for its answer, which is to be freed. Returns 0;
 * or -EREMOTEIO where the answer says that it was refused; or another error, without an answer.
 * In both cases client_error says in a sentence what is wrong, until the next request.
 */
int client_ask(struct client *client, json_t *request, json_t **ret_answer);

/* The same for what may take long: it waits as long as checkd answers others. */
int client_ask_long(struct client *client, json_t *request, json_t **ret_answer);

const char *client_error(const struct client *client);

/* Closes the connection; the next request makes another. */
void client_close(struct client *client);

#endif
