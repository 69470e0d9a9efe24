<?php
/**
 * CheckdNotification.php
 *
 * The notifications of CHECKD-MIB: an entry of the event log for each, coloured by the state of
 * the check. Text of a check is logged and no more.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

namespace LibreNMS\Snmptrap\Handlers;

use App\Models\Device;
use LibreNMS\Enum\Severity;
use LibreNMS\Interfaces\SnmptrapHandler;
use LibreNMS\Snmptrap\Trap;

class CheckdNotification implements SnmptrapHandler
{
    /**
     * Handle snmptrap.
     * Data is pre-parsed and delivered as a Trap.
     *
     * @param  Device  $device
     * @param  Trap  $trap
     * @return void
     */
    public function handle(Device $device, Trap $trap)
    {
        $kind = str_replace('CHECKD-MIB::', '', (string) $trap->getTrapOid());
        switch ($kind) {
            case 'checkAgentStarted':
                $trap->log('checkd was started', Severity::Info);

                return;
            case 'checkEventsLost':
                $first = $this->value($trap, 'checkLostFirst');
                $last = $this->value($trap, 'checkLostLast');
                $trap->log("checkd: the events $first to $last will not be told", Severity::Warning);

                return;
            default:
                $trap->log($this->describe($trap, $kind), $this->severity($trap, $kind));
        }
    }

    private function value(Trap $trap, string $name): string
    {
        return (string) $trap->getOidData($trap->findOid("CHECKD-MIB::$name."));
    }

    private function describe(Trap $trap, string $kind): string
    {
        $how = $this->value($trap, 'checkLastMeaning');
        // Where a run did not exit, its meaning says why.
        if ($this->value($trap, 'checkLastOutcome') === 'exited') {
            $exit = 'exit ' . $this->value($trap, 'checkLastStatus');
            $how = $how === '' ? $exit : "$exit, $how";
        }
        $name = $this->value($trap, 'checkName');
        $state = $this->value($trap, 'checkState');
        $previous = $this->value($trap, 'checkPreviousStatus');
        $text = "$kind $name: $state ($how, before $previous)";
        $output = $this->value($trap, 'checkLastOutput');
        $text .= $output === '' ? '' : ": $output";

        return $text . ' [event ' . $this->value($trap, 'checkEventNumber') . ']';
    }

    private function severity(Trap $trap, string $kind): Severity
    {
        switch ($kind) {
            case 'checkBecameStale':
                return Severity::Warning;
            case 'checkFlappingStarted':
            case 'checkWithdrawn':
                return Severity::Notice;
        }
        switch ($this->value($trap, 'checkState')) {
            case 'critical':
                return Severity::Error;
            case 'warning':
            case 'unknown':
                return Severity::Warning;
            case 'ok':
                return Severity::Ok;
        }

        return Severity::Notice;
    }
}
