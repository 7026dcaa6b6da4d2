"""A thin binding of the C library by ctypes: requests and answers are plain Python values.

The library is looked for where the system keeps its libraries, or it is the file that the environment variable
COTE_LIBRARY names. The structs below mirror those of the headers under include/cote, field by field.
"""

import ctypes
import ctypes.util
import json
import os
from concurrent.futures import Future
from ctypes import CFUNCTYPE, POINTER, Structure, byref, c_bool, c_char_p, c_int, c_size_t, c_uint
from ctypes import c_uint8, c_uint16, c_uint32, c_uint64, c_void_p, sizeof

_library = ctypes.CDLL(os.environ.get("COTE_LIBRARY") or ctypes.util.find_library("cote") or "libcote.so.0")
_library.cote_strerror.restype = c_char_p
_library.cote_error_detail.restype = c_char_p
_library.cote_responder_port.restype = c_uint16

_OK, _ECLOSED = 0, -3
_BYTES, _JSON, _STRING, _BIGINT = range(4)


class _Value(Structure):
    _fields_ = [("kind", c_int), ("data", c_void_p), ("size", c_size_t)]

    def bytes(self):
        return ctypes.string_at(self.data, self.size) if self.size else b""

    def decode(self):
        if self.kind == _JSON:
            return json.loads(self.bytes())
        if self.kind == _STRING:
            return self.bytes().decode()
        return int(self.bytes()) if self.kind == _BIGINT else self.bytes()

    @classmethod
    def encode(cls, value):
        """Bytes travel raw, everything else as JSON."""
        raw = isinstance(value, bytes)
        text = value if raw else json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
        encoded = cls(_BYTES if raw else _JSON, ctypes.cast(text, c_void_p), len(text))
        encoded.owner = text  # the pointer alone would not keep the bytes
        return encoded


class _Options(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("name", c_char_p),
        ("environment", c_char_p),
        ("key", c_char_p),
        ("name_space", c_char_p),
        ("types", POINTER(c_char_p)),
        ("type_count", c_size_t),
        ("advertisement", c_char_p),
        ("address", c_char_p),
        ("port", c_uint16),
        ("timeout_ms", c_uint32),
        ("max_queued", c_size_t),
        ("max_frame", c_size_t),
        ("broadcast", c_char_p),
        ("multicast", c_char_p),
        ("discovery_address", c_char_p),
        ("discovery_port", c_uint16),
        ("hello_interval_ms", c_uint32),
        ("check_interval_ms", c_uint32),
        ("node_timeout_ms", c_uint32),
        ("log", c_int),
        ("context", c_void_p),
        ("on_log", c_void_p),
        ("on_peer", c_void_p),
        ("on_close", c_void_p),
        ("on_connected", c_void_p),
        ("hello_logs", c_int),
        ("status_logs", c_int),
        ("log_unknown_events", c_int),
        ("ignore_process", c_int),
        ("use_host_names", c_int),
        ("ports", c_char_p),
        ("advertised_address", c_char_p),
        ("interfaces", c_char_p),
        ("seeds", c_char_p),
        ("multicast_ttl", c_uint8),
        ("subset", c_char_p),
        ("balancing", c_int),
        ("choose", c_void_p),
        ("redis", c_char_p),
        ("on_discovery", c_void_p),
        ("breaker_failures", c_uint32),
        ("breaker_pause_ms", c_uint32),
        ("breaker_max_pause_ms", c_uint32),
        ("max_queued_bytes", c_size_t),
        ("max_in_flight", c_size_t),
        ("max_running", c_size_t),
        ("max_unsent", c_size_t),
        ("overflow", c_int),
        ("max_connections", c_size_t),
        ("frame_timeout_ms", c_uint32),
        ("idle_timeout_ms", c_uint32),
        ("max_peers", c_size_t),
        ("max_new_peers", c_size_t),
        ("max_hello", c_size_t),
        ("on_gap", c_void_p),
        ("redelivery", c_int),
        ("deduplicate", c_uint32),
        ("max_depth", c_size_t),
        ("unix_sockets", c_int),
    ]


class _SendOptions(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("timeout_ms", c_uint32),
        ("flags", c_uint),
        ("subset", c_char_p),
        ("extra", POINTER(_Value)),
        ("extra_count", c_size_t),
    ]


class _Request(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("type", c_void_p),
        ("type_size", c_size_t),
        ("payload", _Value),
        ("extra", POINTER(_Value)),
        ("extra_count", c_size_t),
        ("id", c_char_p),
        ("peer_address", c_char_p),
        ("deadline", c_uint64),
        ("redelivered", c_uint),
    ]


class _Response(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("status", c_int),
        ("id", c_uint64),
        ("result", _Value),
        ("extra", POINTER(_Value)),
        ("extra_count", c_size_t),
        ("error", _Value),
        ("message", c_char_p),
        ("code", c_char_p),
        ("details", _Value),
        ("peer_id", c_char_p),
        ("peer_name", c_char_p),
    ]


_RequestCallback = CFUNCTYPE(None, c_void_p, POINTER(_Request), c_void_p)
_ResponseCallback = CFUNCTYPE(None, c_void_p, POINTER(_Response))


class Error(Exception):
    """A call that failed, or a request that was not answered; `status` is the library's number for why."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def _check(status):
    if status != _OK:
        detail = _library.cote_error_detail() or _library.cote_strerror(status)
        raise Error(status, detail.decode())


def _text(value):
    return value.encode() if isinstance(value, str) else value


def _settings(name, options):
    """The struct of options by name; a namespace is called `namespace` here, and `types` is a list."""
    settings = _Options(size=sizeof(_Options), name=_text(name))
    if "types" in options:
        types = [_text(each) for each in options.pop("types")]
        settings.types, settings.type_count = (c_char_p * len(types))(*types), len(types)
    for field, value in options.items():
        field = {"namespace": "name_space"}.get(field, field)
        if field not in dict(_Options._fields_):
            raise TypeError(f"there is no option {field}")
        setattr(settings, field, _text(value))
    return settings


class _Component:
    """A component on a loop, and so on a thread, of its own."""

    def __init__(self, create, name, **options):
        settings = _settings(name, options)
        self._loop = c_void_p()
        _check(_library.cote_loop_create(byref(self._loop)))
        self._live = c_void_p()
        try:
            _check(create(self._loop, byref(settings), byref(self._live)))
        except Error:
            self.close()
            raise

    def close(self):
        """Says goodbye, and returns when no callback can come any more."""
        loop, self._loop, self._live = self._loop, None, None
        _library.cote_loop_destroy(loop)

    @property
    def _handle(self):
        if not self._live:
            raise Error(_ECLOSED, "the component is closed")
        return self._live

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Requester(_Component):
    """Sends requests. Options are the fields of cote_options by name, such as key="conversion"."""

    def __init__(self, name, **options):
        super().__init__(_library.cote_requester_create, name, **options)
        self._waiting = {}
        self._callback = _ResponseCallback(self._on_response)

    def send(self, type, payload=None, timeout_ms=0):
        """Sends a dict, or bytes to a peer that takes them. Returns a concurrent.futures.Future of the answer."""
        future = Future()
        future.set_running_or_notify_cancel()
        self._waiting[id(future)] = future
        value = None if payload is None else byref(_Value.encode(payload))
        options = _SendOptions(size=sizeof(_SendOptions), timeout_ms=timeout_ms)
        try:
            _check(
                _library.cote_requester_send(
                    self._handle, _text(type), value, byref(options), self._callback, c_void_p(id(future)), None
                )
            )
        except Error:
            del self._waiting[id(future)]
            raise
        return future

    def _on_response(self, context, response):
        future = self._waiting.pop(context)
        answer = response.contents
        try:
            if answer.status != _OK:
                raise Error(answer.status, answer.message.decode())
            future.set_result(answer.result.decode())
        except Exception as error:
            future.set_exception(error)


class Responder(_Component):
    """Answers requests."""

    def __init__(self, name, **options):
        super().__init__(_library.cote_responder_create, name, **options)
        self._callbacks = []

    @property
    def port(self):
        return _library.cote_responder_port(self._handle)

    def on(self, type, handler):
        """Answers requests of a type with what `handler` returns for the payload, or with the error that it raises."""

        def on_request(_, request, reply):
            try:
                answer = _Value.encode(handler(request.contents.payload.decode()))
            except Exception as error:
                code = error.__class__.__name__
                _library.cote_reply_error(c_void_p(reply), code.encode(), str(error).encode(), None)
            else:
                _library.cote_reply_send(c_void_p(reply), byref(answer), 0)

        callback = _RequestCallback(on_request)
        self._callbacks.append(callback)  # for as long as the library may call it
        _check(_library.cote_responder_on(self._handle, _text(type), callback, None, None, None))
