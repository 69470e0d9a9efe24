/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * YAML files by libyaml's event parser, whose events become nodes with lines.
 */
#include "config_yaml.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <yaml.h>

#include "util.h"

struct config_yaml {
	struct config_place place;
	int fd;
	int read_error; /* errno of a read that failed */
	size_t octets;  /* read so far */
	yaml_parser_t parser;
	yaml_event_t event; /* the next one, where has_event */
	bool has_event;
	bool has_failed;
};

/* What libyaml calls for more octets; 0 is an error, as it wants. */
static int
what_on_read(void *arg, unsigned char *buf, size_t size, size_t *ret_len)
{
	struct config_yaml *yaml = arg;
	ssize_t len;

	do
		len = read(yaml->fd, buf, size);
	while (len < 0 && errno == EINTR);
	if (len < 0) {
		yaml->read_error = errno;
		return 0;
	}
	yaml->octets += (size_t)len;
	*ret_len = (size_t)len;
	return yaml->octets <= CONFIG_YAML_OCTETS_MAX;
}

int
config_yaml_open(const struct config_place *place, struct config_yaml **ret_yaml)
{
	/* A FIFO that nobody writes to would hold a blocking open, and read as empty after it.
	 */
	int fd = open(place->file->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0 || fcntl(fd, F_SETFL, 0) < 0)
		return -errno;
	struct config_yaml *yaml = xcalloc(1, sizeof(*yaml));
	yaml->place = *place;
	yaml->fd = fd;
	if (!yaml_parser_initialize(&yaml->parser))
		abort();
	yaml_parser_set_input(&yaml->parser, what_on_read, yaml);
	*ret_yaml = yaml;
	return 0;
}

static void
drop_event(struct config_yaml *yaml)
{
	if (yaml->has_event)
		yaml_event_delete(&yaml->event);
	yaml->has_event = false;
}

void
config_yaml_close(struct config_yaml *yaml)
{
	if (yaml == NULL)
		return;
	drop_event(yaml);
	yaml_parser_delete(&yaml->parser);
	close(yaml->fd);
	free(yaml);
}

/* The line of an octet that libyaml's reader, which counts no lines, refused. */
static unsigned
line_of_offset(const struct config_yaml *yaml, size_t offset)
{
	char buf[4096];
	unsigned line = 1;

	for (size_t done = 0; done < offset;) {
		size_t want = offset - done < sizeof(buf) ? offset - done : sizeof(buf);
		ssize_t len = pread(yaml->fd, buf, want, (off_t)done);
		if (len <= 0)
			return (unsigned)yaml->parser.mark.line + 1;
		for (ssize_t i = 0; i < len; i++)
			line += buf[i] == '\n';
		done += (size_t)len;
	}
	return line;
}

static void
tell_reader_error(const struct config_yaml *yaml, struct config_place *place)
{
	if (yaml->read_error != 0) {
		place->line = 0;
		config_problems_error(place, "cannot be read: %s", strerror(yaml->read_error));
	} else if (yaml->octets > CONFIG_YAML_OCTETS_MAX) {
		place->line = 0;
		config_problems_error(place, "is larger than %zu MiB",
			CONFIG_YAML_OCTETS_MAX / (1024 * 1024));
	} else {
		place->line = line_of_offset(yaml, yaml->parser.problem_offset);
		config_problems_error(place, "is not text in UTF-8: %s", yaml->parser.problem);
	}
}

/* What begins no token: libyaml stands at it. 0 where the error is another. */
static char
wrong_beginning(const yaml_parser_t *parser)
{
	bool is_beginning = strstr(parser->problem, "cannot start any token") != NULL;

	return is_beginning ? (char)*parser->buffer.pointer : '\0';
}

static bool
is_tab(const yaml_parser_t *parser)
{
	return strstr(parser->problem, "tab character") != NULL ||
	       wrong_beginning(parser) == '\t';
}

static void
tell_scanner_error(const yaml_parser_t *parser, const struct config_place *place)
{
	char beginning = wrong_beginning(parser);

	if (parser->context != NULL && strcmp(parser->context, "while scanning an alias") == 0)
		config_problems_error(place, "is not YAML: quote a text that begins with *");
	else if (is_tab(parser))
		config_problems_error(place,
			"is not YAML: a tab is no indentation; use blanks instead of it");
	else if (beginning != '\0')
		config_problems_error(
			place, "is not YAML: quote a text that begins with %c", beginning);
	else if (parser->context == NULL)
		config_problems_error(place, "is not YAML: %s", parser->problem);
	else
		config_problems_error(place, "is not YAML: %s (%s that begins in line %zu)",
			parser->problem, parser->context, parser->context_mark.line + 1);
}

static void
tell_syntax_error(const struct config_yaml *yaml)
{
	const yaml_parser_t *parser = &yaml->parser;
	struct config_place place = yaml->place;

	if (parser->error == YAML_MEMORY_ERROR)
		abort();
	if (parser->error == YAML_READER_ERROR) {
		tell_reader_error(yaml, &place);
		return;
	}
	place.line = (unsigned)parser->problem_mark.line + 1;
	tell_scanner_error(parser, &place);
}

static void
fail(struct config_yaml *yaml)
{
	drop_event(yaml);
	yaml->has_failed = true;
}

/* The next event, or NULL after an error. */
static const yaml_event_t *
peek_event(struct config_yaml *yaml)
{
	if (yaml->has_event)
		return &yaml->event;
	if (yaml->has_failed)
		return NULL;
	if (!yaml_parser_parse(&yaml->parser, &yaml->event)) {
		tell_syntax_error(yaml);
		fail(yaml);
		return NULL;
	}
	yaml->has_event = true;
	return &yaml->event;
}

static bool
is_event(struct config_yaml *yaml, yaml_event_type_t type)
{
	const yaml_event_t *event = peek_event(yaml);

	return event != NULL && event->type == type;
}

/* At the stream's beginning: steps into its first document. */
static void
enter_document(struct config_yaml *yaml)
{
	if (is_event(yaml, YAML_STREAM_START_EVENT))
		drop_event(yaml);
	if (is_event(yaml, YAML_DOCUMENT_START_EVENT))
		drop_event(yaml);
}

enum config_node_kind
config_yaml_peek(struct config_yaml *yaml)
{
	enter_document(yaml);
	const yaml_event_t *event = peek_event(yaml);
	if (event == NULL)
		return CONFIG_NODE_NONE;
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return CONFIG_NODE_SCALAR;
	case YAML_SEQUENCE_START_EVENT:
		return CONFIG_NODE_SEQUENCE;
	case YAML_MAPPING_START_EVENT:
		return CONFIG_NODE_MAPPING;
	case YAML_ALIAS_EVENT:
		return CONFIG_NODE_REPORTED;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		break;
	}
	return CONFIG_NODE_NONE;
}

static unsigned
event_line(const yaml_event_t *event)
{
	return (unsigned)event->start_mark.line + 1;
}

unsigned
config_yaml_line(struct config_yaml *yaml)
{
	const yaml_event_t *event = peek_event(yaml);

	return event != NULL ? event_line(event) : 0;
}

static void __attribute__((format(printf, 3, 4)))
tell(const struct config_yaml *yaml, unsigned line, const char *format, ...)
{
	struct config_place place = yaml->place;
	va_list arguments;

	place.line = line;
	va_start(arguments, format);
	CLEANUP_FREE char *text = xvasprintf(format, arguments);
	va_end(arguments);
	config_problems_error(&place, "%s", text);
}

/* Tells of anchors and tags, which are not taken, and goes on as if they were not there. */
static void
refuse_properties(const struct config_yaml *yaml, const yaml_event_t *event)
{
	const yaml_char_t *anchor = NULL;
	const yaml_char_t *tag = NULL;

	if (event->type == YAML_SCALAR_EVENT) {
		anchor = event->data.scalar.anchor;
		tag = event->data.scalar.tag;
	} else if (event->type == YAML_SEQUENCE_START_EVENT) {
		anchor = event->data.sequence_start.anchor;
		tag = event->data.sequence_start.tag;
	} else if (event->type == YAML_MAPPING_START_EVENT) {
		anchor = event->data.mapping_start.anchor;
		tag = event->data.mapping_start.tag;
	}
	if (anchor != NULL)
		tell(yaml, event_line(event),
			"anchors are not supported; quote a text that begins with & (\"&%s\")",
			(const char *)anchor);
	if (tag != NULL)
		tell(yaml, event_line(event),
			"tags are not supported; quote a text that begins with !");
}

static void
read_alias(const struct config_yaml *yaml, struct config_node *node)
{
	node->kind = CONFIG_NODE_REPORTED;
	tell(yaml, node->line,
		"aliases are not supported; quote a text that begins with * (\"*%s\")",
		(const char *)yaml->event.data.alias.anchor);
}

static void
read_scalar(struct config_yaml *yaml, struct config_node *node)
{
	size_t len = yaml->event.data.scalar.length;

	node->kind = CONFIG_NODE_SCALAR;
	node->is_plain = yaml->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	node->text = (char *)STEAL(yaml->event.data.scalar.value);
	if (strlen(node->text) == len)
		return;
	node->kind = CONFIG_NODE_REPORTED;
	tell(yaml, node->line, "a text must not have a NUL character");
}

static void read_node(struct config_yaml *yaml, unsigned depth, struct config_node *node);

static struct config_node *
add_child(struct config_node *parent)
{
	size_t count = parent->count;

	/* Grown at 8, 16, 32 ... children. */
	if (count == 0 || (count >= 8 && (count & (count - 1)) == 0))
		parent->children = xreallocarray(parent->children, count == 0 ? 8 : count * 2,
			sizeof(*parent->children));
	parent->children[count] = (struct config_node){.kind = CONFIG_NODE_NONE};
	parent->count++;
	return &parent->children[count];
}

static void
read_children(struct config_yaml *yaml, unsigned depth, struct config_node *node)
{
	node->kind = config_yaml_peek(yaml);
	config_yaml_enter(yaml);
	if (depth == CONFIG_YAML_DEPTH_MAX) {
		tell(yaml, node->line, "is nested more than %d deep", CONFIG_YAML_DEPTH_MAX);
		fail(yaml);
	}
	while (config_yaml_more(yaml)) {
		if (node->count == CONFIG_YAML_ITEMS_MAX) {
			tell(yaml, node->line, "has more than %d items", CONFIG_YAML_ITEMS_MAX);
			fail(yaml);
			return;
		}
		read_node(yaml, depth + 1, add_child(node));
	}
}

static void
read_node(struct config_yaml *yaml, unsigned depth, struct config_node *node)
{
	node->line = config_yaml_line(yaml);
	switch (config_yaml_peek(yaml)) {
	case CONFIG_NODE_NONE:
		node->kind = CONFIG_NODE_REPORTED;
		return;
	case CONFIG_NODE_REPORTED:
		read_alias(yaml, node);
		drop_event(yaml);
		return;
	case CONFIG_NODE_SCALAR:
		refuse_properties(yaml, &yaml->event);
		read_scalar(yaml, node);
		drop_event(yaml);
		return;
	case CONFIG_NODE_SEQUENCE:
	case CONFIG_NODE_MAPPING:
		read_children(yaml, depth, node);
		return;
	}
}

void
config_yaml_read(struct config_yaml *yaml, struct config_node *ret_node)
{
	*ret_node = (struct config_node){.kind = CONFIG_NODE_REPORTED};
	read_node(yaml, 0, ret_node);
	/*
	 * What a syntax error cuts off would be told of as incomplete, and the parser finds
	 * some only behind the node's end.
	 */
	if (peek_event(yaml) == NULL)
		ret_node->kind = CONFIG_NODE_REPORTED;
}

void
config_yaml_enter(struct config_yaml *yaml)
{
	assert(yaml->has_event);
	refuse_properties(yaml, &yaml->event);
	drop_event(yaml);
}

bool
config_yaml_more(struct config_yaml *yaml)
{
	const yaml_event_t *event = peek_event(yaml);

	if (event == NULL)
		return false;
	bool is_end =
		event->type == YAML_SEQUENCE_END_EVENT || event->type == YAML_MAPPING_END_EVENT;
	if (is_end)
		drop_event(yaml);
	return !is_end;
}

void
config_yaml_finish(struct config_yaml *yaml)
{
	if (is_event(yaml, YAML_DOCUMENT_END_EVENT))
		drop_event(yaml);
	if (is_event(yaml, YAML_DOCUMENT_START_EVENT))
		tell(yaml, config_yaml_line(yaml), "must not have a second document");
}

void
config_node_deinit(struct config_node *node)
{
	for (size_t i = 0; i < node->count; i++)
		config_node_deinit(&node->children[i]);
	free(node->children);
	free(node->text);
}

bool
config_node_is_null(const struct config_node *node)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};

	if (node->kind != CONFIG_NODE_SCALAR || !node->is_plain)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(nulls); i++) {
		if (strcmp(node->text, nulls[i]) == 0)
			return true;
	}
	return false;
}
