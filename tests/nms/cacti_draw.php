<?php
// SPDX-License-Identifier: GPL-2.0-or-later
// cacti_draw.php SITE FOLDER SECONDS GRAPH...: has Cacti draw graphs of the last seconds.
require($argv[1] . '/include/cli_check.php');
require_once($config['base_path'] . '/lib/rrd.php');

// What was required has variables of its own and may have overwritten any other.
$now = time();
$span = array('graph_start' => $now - $argv[3], 'graph_end' => $now);
foreach (array_slice($argv, 4) as $graph) {
	file_put_contents("$argv[2]/$graph.png", rrdtool_function_graph($graph, 0, $span));
}
