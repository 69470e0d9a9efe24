/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * URLs, as libcurl, which will ask for them, takes them apart.
 */
#ifndef ENGINE_CONFIG_URL_H
#define ENGINE_CONFIG_URL_H

/* What is wrong with it, or NULL. */
const char *config_url_examine(const char *text);

#endif
