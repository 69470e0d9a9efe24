<?php
// SPDX-License-Identifier: GPL-2.0-or-later
// php librenms-handler.php HANDLER.php <TEXT: what LibreNMS would log for a notification, given what
// snmptrapd gives to its receiver. Of LibreNMS there is only what the handler touches.

namespace App\Models {
    class Device
    {
    }
}

namespace LibreNMS\Enum {
    enum Severity: int
    {
        case Unknown = 0;
        case Ok = 1;
        case Info = 2;
        case Notice = 3;
        case Warning = 4;
        case Error = 5;
    }
}

namespace LibreNMS\Snmptrap {
    use LibreNMS\Enum\Severity;

    class Trap
    {
        private array $values = [];

        public function __construct(string $text)
        {
            foreach (array_slice(explode("\n", trim($text)), 2) as $line) {
                [$oid, $value] = explode(' ', $line, 2) + [1 => ''];
                $this->values[$oid] = trim($value, '"');
            }
        }

        public function getTrapOid()
        {
            return $this->values['SNMPv2-MIB::snmpTrapOID.0'];
        }

        public function findOid($search)
        {
            foreach (array_keys($this->values) as $oid) {
                if (str_contains($oid, $search)) {
                    return $oid;
                }
            }

            return '';
        }

        public function getOidData($oid)
        {
            return $this->values[$oid] ?? null;
        }

        public function log(string $text, Severity $severity): void
        {
            echo $severity->name, ' ', $text, "\n";
        }
    }
}

namespace LibreNMS\Interfaces {
    use App\Models\Device;
    use LibreNMS\Snmptrap\Trap;

    interface SnmptrapHandler
    {
        public function handle(Device $device, Trap $trap);
    }
}

namespace {
    require $argv[1];
    $trap = new LibreNMS\Snmptrap\Trap(stream_get_contents(STDIN));
    (new LibreNMS\Snmptrap\Handlers\CheckdNotification())->handle(new App\Models\Device(), $trap);
}
