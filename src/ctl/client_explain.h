/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why checkd cannot be asked, and what to do, in one line.
 */
#ifndef CTL_CLIENT_EXPLAIN_H
#define CTL_CLIENT_EXPLAIN_H

/* Why nobody could be reached at the path; to be freed. */
char *client_explain(const char *path, int error);

/* What checkd said when it refused, with what may help; to be freed. */
char *client_explain_refusal(const char *said);

#endif
