<?php
// SPDX-License-Identifier: GPL-2.0-or-later
// cacti_graph.php SITE GRAPH SECONDS FILE: has Cacti draw a graph of the last seconds.
require($argv[1] . '/include/cli_check.php');
require_once($config['base_path'] . '/lib/rrd.php');

// What was required has variables of its own and may have overwritten any other.
$now = time();
$span = array('graph_start' => $now - $argv[3], 'graph_end' => $now);
file_put_contents($argv[4], rrdtool_function_graph($argv[2], 0, $span));
