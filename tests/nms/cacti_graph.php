<?php
// SPDX-License-Identifier: GPL-2.0-or-later
// cacti_graph.php SITE GRAPH SECONDS FILE: has Cacti draw a graph of the last seconds.
[, $site, $graph, $seconds, $file] = $argv;
require($site . '/include/cli_check.php');
require_once($config['base_path'] . '/lib/rrd.php');

$now = time();
$span = array('graph_start' => $now - $seconds, 'graph_end' => $now);
file_put_contents($file, rrdtool_function_graph($graph, 0, $span));
