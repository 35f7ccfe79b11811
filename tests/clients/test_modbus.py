"""Other people's Modbus clients, unmodified, against a simulated instrument: over TCP and over a serial line."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import minimalmodbus
import pytest
import serial
from attrs import frozen
from pymodbus.client import ModbusSerialClient, ModbusTcpClient
from pymodbus.pdu.mei_message import ReadDeviceInformationResponse
from pyModbusTCP.client import ModbusClient

from labctl.clock import WallClock
from tests.simulation.modbus_meter import UNIT, Meter, served


@frozen
class Wires:
    meter: Meter
    host: str
    port: int
    terminal: str


@pytest.fixture(scope="module")
def wires() -> Iterator[Wires]:
    with served(WallClock()) as (meter, endpoints):
        tcp = urlsplit(endpoints["modbus"])
        assert tcp.hostname is not None
        assert tcp.port is not None
        yield Wires(meter, tcp.hostname, tcp.port, urlsplit(endpoints["modbus+rtu"]).path)


@pytest.fixture(params=["tcp", "rtu"])
def pymodbus_client(wires: Wires, request: pytest.FixtureRequest) -> Iterator[ModbusTcpClient | ModbusSerialClient]:
    client: ModbusTcpClient | ModbusSerialClient = (
        ModbusTcpClient(wires.host, port=wires.port, timeout=2, retries=0)
        if request.param == "tcp"
        else ModbusSerialClient(wires.terminal, baudrate=19200, timeout=2, retries=0)
    )
    with client:
        yield client


def test_pymodbus_reads_every_order_of_bytes(pymodbus_client: ModbusTcpClient | ModbusSerialClient) -> None:
    client = pymodbus_client
    plain = client.read_input_registers(0, count=2, device_id=UNIT).registers
    assert client.convert_from_registers(plain, client.DATATYPE.FLOAT32) == 12.375
    swapped = client.read_input_registers(2, count=2, device_id=UNIT).registers
    assert client.convert_from_registers(swapped, client.DATATYPE.FLOAT32, word_order="little") == 12.375
    pulses = client.read_input_registers(20, count=2, device_id=UNIT).registers
    assert client.convert_from_registers(pulses, client.DATATYPE.UINT32) == 123456789


def test_pymodbus_writes_and_is_refused(wires: Wires, pymodbus_client: ModbusTcpClient | ModbusSerialClient) -> None:
    client = pymodbus_client
    registers = client.convert_to_registers(42.5, client.DATATYPE.FLOAT32)
    assert not client.write_registers(100, registers, device_id=UNIT).isError()
    assert wires.meter.setpoint == 42.5
    assert not client.write_register(200, 0x12, device_id=UNIT).isError()
    assert not client.mask_write_register(address=200, and_mask=0xF2, or_mask=0x25, device_id=UNIT).isError()
    assert wires.meter.words[200] == 0x17  # MODBUS Application Protocol V1.1b3, 6.16, gives this example
    assert not client.write_coils(3, [True, False, True], device_id=UNIT).isError()
    assert wires.meter.switches[3:6] == [True, False, True]
    assert client.read_coils(3, count=3, device_id=UNIT).bits[:3] == [True, False, True]
    assert client.read_discrete_inputs(0, count=1, device_id=UNIT).bits[0] is True
    assert client.readwrite_registers(
        read_address=107, read_count=3, write_address=201, values=[7], device_id=UNIT
    ).registers == [555, 0, 100]
    assert client.read_holding_registers(400, count=1, device_id=UNIT).exception_code == 2
    assert client.write_register(107, 1, device_id=UNIT).exception_code == 2
    told = client.read_device_information(read_code=1, object_id=0, device_id=UNIT)
    assert isinstance(told, ReadDeviceInformationResponse)
    assert (told.information[0], told.information[1]) == (b"Acme", b"M1")


def test_pymodbustcp_reads_writes_and_is_refused(wires: Wires) -> None:
    client = ModbusClient(wires.host, wires.port, unit_id=UNIT, timeout=2, auto_open=True)
    try:
        assert client.read_input_registers(0, 2) == [0x4146, 0x0000]
        assert client.read_holding_registers(107, 3) == [555, 0, 100]
        assert client.write_multiple_registers(200, [1, 2]) is True
        assert [wires.meter.words[200], wires.meter.words[201]] == [1, 2]
        assert client.write_multiple_coils(9, [True]) is True
        assert client.read_coils(8, 3) == [False, True, False]
        assert client.read_holding_registers(400, 1) is None
        assert client.last_except == 2
        client.unit_id = 99
        assert client.read_holding_registers(107, 1) is None
        assert client.last_except == 0x0B
    finally:
        client.close()


def test_minimalmodbus_reads_writes_and_is_refused(wires: Wires) -> None:
    client = minimalmodbus.Instrument(wires.terminal, UNIT)
    assert isinstance(client.serial, serial.Serial)
    client.serial.baudrate, client.serial.timeout = 19200, 1.0
    try:
        assert client.read_float(0, functioncode=4) == 12.375
        assert client.read_float(2, functioncode=4, byteorder=minimalmodbus.BYTEORDER_LITTLE_SWAP) == 12.375
        assert client.read_float(4, functioncode=4, byteorder=minimalmodbus.BYTEORDER_BIG_SWAP) == 12.375
        assert client.read_float(6, functioncode=4, byteorder=minimalmodbus.BYTEORDER_LITTLE) == 12.375
        assert client.read_register(10, 2, functioncode=4, signed=True) == 12.38
        client.write_float(100, 7.25)
        assert wires.meter.setpoint == 7.25
        client.write_register(201, 0xBEEF, functioncode=6)
        assert wires.meter.words[201] == 0xBEEF
        client.write_bit(0, 1)
        assert client.read_bit(0, functioncode=1) == 1
        assert client.read_string(300, 4).rstrip("\0 ") == "SIM0001"
        with pytest.raises(minimalmodbus.IllegalRequestError):
            client.read_register(400)
        client.address = UNIT + 1
        with pytest.raises(minimalmodbus.NoResponseError):
            client.read_register(107)
    finally:
        client.serial.close()
