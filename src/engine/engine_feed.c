/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the feed tells the publisher, and the control socket those who ask, from the parts
 * that have it.
 */
#include "engine_parts.h"

#include <stdlib.h>

#include "checks.h"
#include "eventlog.h"
#include "publisher.h"

static void
feed_on_fill(void *arg, const struct publication *publication, struct wire_message *ret_message)
{
	(void)arg;
	switch (publication->kind) {
	case FEED_ROW:
		ret_message->type = WIRE_ROW;
		checks_row(publication, &ret_message->row);
		break;
	case FEED_EVENT:
		eventlog_fill(publication, ret_message);
		break;
	case FEED_KINDS:
		abort();
	}
}

static void
feed_on_summary(void *arg, struct wire_summary *ret_summary)
{
	struct engine *engine = arg;

	*ret_summary = (struct wire_summary){
		.start_epoch = engine->started.wall.s,
		.start_boot_ms = engine->started.boot.ms,
		.config_loaded_epoch = engine->config_loaded.s,
		.config_generation = engine->generation,
		.config_result = engine->config_result,
		.store_status = (uint8_t)store_status(engine->store),
		.master_since_epoch = publisher_serving_since(engine->publisher).s,
	};
	if (ret_summary->store_status == WIRE_STORE_FAILED)
		engine_read_figures(engine, &engine->figures);
	ret_summary->master_losses = (uint32_t)engine->figures.master_losses;
	checks_summarize(engine->checks, ret_summary);
	eventlog_summarize(engine->log, &engine->figures, ret_summary);
}

void
engine_on_facts(void *arg, struct control_facts *ret_facts)
{
	struct engine *engine = arg;

	*ret_facts = (struct control_facts){
		.config_file = engine->config_file,
		.state_file = engine->store_path,
		.store_size = store_size(engine->store),
		.publisher_pid = publisher_pid(engine->publisher),
		.is_standalone = publisher_is_standalone(engine->publisher),
		.master = publisher_address(engine->publisher),
	};
	feed_on_summary(engine, &ret_facts->summary);
}

static const struct check_event *
feed_on_next_notice(void *arg, const struct publication **ret_publication)
{
	return eventlog_next_notice(((struct engine *)arg)->log, ret_publication);
}

static void
feed_on_notice_sent(void *arg)
{
	eventlog_notice_sent(((struct engine *)arg)->log);
}

static bool
feed_on_acknowledged(void *arg, const struct wire_acknowledge *acknowledge)
{
	return eventlog_acknowledged(((struct engine *)arg)->log, acknowledge);
}

static void
feed_on_disconnected(void *arg)
{
	eventlog_disconnected(((struct engine *)arg)->log);
}

const struct feed_callbacks engine_feed_callbacks = {
	.fill = feed_on_fill,
	.summary = feed_on_summary,
	.next_notice = feed_on_next_notice,
	.notice_sent = feed_on_notice_sent,
	.acknowledged = feed_on_acknowledged,
	.disconnected = feed_on_disconnected,
};
