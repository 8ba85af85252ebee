"""The HTTP side: routes of all protocols, readiness, and the end."""

import json
import threading
import traceback
from pathlib import Path
from typing import Any, Callable, Mapping

import anyio
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import models, protocols
from .batch import Batch
from .problems import EXIT_CODE, BadRequest, ModelFault, last_sentence

MOST_BYTES = 64 << 20
THREADS = 8
DRAIN_SECONDS = 30
SERVER = "tidewright-python"


class Serving:
    """One model behind its routes."""

    def __init__(self, name: str, version: str | None, also: set[str], load: Callable[[], models.Model]):
        self.name, self.version = name, version
        self._names = {name} | also
        self._load = load
        self._model: models.Model | None = None
        self._threads = anyio.CapacityLimiter(THREADS)
        self.fault: ModelFault | None = None

    def prepare(self) -> None:
        self._model = self._load()

    def routes(self) -> list[Route]:
        made = [
            Route("/predict", self.predict, methods=["POST"]),
            Route("/invocations", self.invocations, methods=["POST"]),
            Route("/version", self.server_version),
            Route("/v1/models", self.v1_models),
            Route("/v1/models/{name}:predict", self.v1_predict, methods=["POST"]),
            Route("/v1/models/{name}", self.v1_model),
            Route("/v2", self.v2_server),
            Route("/v2/health/live", self.live),
            Route("/v2/health/ready", self.ready),
        ]
        made += [Route(path, self.ready) for path in ("/ping", "/health", "/healthz")]
        for base in ("/v2/models/{name}", "/v2/models/{name}/versions/{version}"):
            made += [
                Route(base, self.v2_model),
                Route(f"{base}/ready", self.v2_model_ready),
                Route(f"{base}/infer", self.v2_infer, methods=["POST"]),
            ]
        return made

    async def predict(self, request: Request) -> Response:
        batch = protocols.predict_request(await _body(request))
        result = protocols.clean(await self._answer(batch))
        answer: dict[str, Any] = {"predictions": result}
        if batch.single and isinstance(result, list) and len(result) == 1:
            answer["prediction"] = result[0]
        answer["model"] = {"name": self.name, "version": self.version}
        return _json(answer)

    async def v1_predict(self, request: Request) -> Response:
        self._check_name(request)
        batch = protocols.v1_request(await _body(request))
        return _json({"predictions": protocols.clean(await self._answer(batch))})

    async def invocations(self, request: Request) -> Response:
        kind = request.headers.get("content-type", "application/json").split(";")[0].strip().lower()
        if kind == "text/csv":
            batch = protocols.csv_request(_decoded(await _bytes(request)))
        elif kind in ("application/json", ""):
            batch = protocols.invocations_request(await _body(request))
        else:
            raise BadRequest(f"{kind} is not supported; send application/json or text/csv", "Content-Type", 415)
        return _json({"predictions": protocols.clean(await self._answer(batch))})

    async def v2_infer(self, request: Request) -> Response:
        self._check_name(request)
        if "inference-header-content-length" in request.headers:
            raise BadRequest("binary tensor data is not supported; send JSON", "Inference-Header-Content-Length")
        body = await _body(request)
        batch = protocols.v2_request(body, self._ready().width)
        return _json(protocols.v2_answer(await self._answer(batch), self.name, self.version, body.get("id")))

    async def v1_models(self, request: Request) -> Response:
        return _json({"models": [self.name]})

    async def v1_model(self, request: Request) -> Response:
        self._check_name(request)
        return _json({"name": self.name, "ready": self._model is not None}, 200 if self._model else 503)

    async def v2_server(self, request: Request) -> Response:
        return _json({"name": SERVER, "version": "1", "extensions": []})

    async def v2_model(self, request: Request) -> Response:
        self._check_name(request)
        model = self._ready()
        described = {
            "name": self.name,
            "versions": [self.version] if self.version else [],
            "platform": model.flavour,
            "inputs": [{"name": "features", "datatype": "FP64", "shape": [-1, model.width or -1]}],
            "outputs": [{"name": "predict", "datatype": "FP64", "shape": [-1]}],
        }
        if model.names:
            described["parameters"] = {"features": model.names}
        return _json(described)

    async def v2_model_ready(self, request: Request) -> Response:
        self._check_name(request)
        return _json({"name": self.name, "ready": self._model is not None}, 200 if self._model else 503)

    async def live(self, request: Request) -> Response:
        return _json({"live": True})

    async def ready(self, request: Request) -> Response:
        return _json({"ready": self._model is not None}, 200 if self._model else 503)

    async def server_version(self, request: Request) -> Response:
        return PlainTextResponse("1")

    def _check_name(self, request: Request) -> None:
        name, version = request.path_params["name"], request.path_params.get("version")
        if name not in self._names:
            raise BadRequest(f"there is no model {name!r} here, only {self.name!r}", None, 404)
        if version is not None and version != self.version:
            raise BadRequest(f"there is no version {version!r} of {self.name!r} here, only {self.version!r}", None, 404)

    def _ready(self) -> models.Model:
        if self._model is None:
            raise BadRequest("the model is not loaded yet", None, 503)
        return self._model

    async def _answer(self, batch: Batch) -> Any:
        model = self._ready()
        return await anyio.to_thread.run_sync(_predict, model, batch, limiter=self._threads)


def _predict(model: models.Model, batch: Batch) -> Any:
    try:
        return model.predict(batch)
    except (BadRequest, ModelFault):
        raise
    except (ValueError, TypeError) as fault:
        # Models say so when values do not fit: a text where a number is wanted, a missing one, an unknown category.
        raise _refusal(fault, batch) from fault
    except Exception as fault:
        # ONNX Runtime says so by a class of its own, in a module that is not meant to be named.
        if type(fault).__name__ == "InvalidArgument" and type(fault).__module__.startswith("onnxruntime."):
            raise _refusal(fault, batch) from fault
        raise


def _refusal(fault: Exception, batch: Batch) -> BadRequest:
    return BadRequest(f"the model refused these values: {' '.join(str(fault).split())[:500]}", batch.field, 422)


async def _bytes(request: Request) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MOST_BYTES:
            raise BadRequest(f"the body is larger than {MOST_BYTES} bytes", None, 413)
        parts.append(part)
    return b"".join(parts)


async def _body(request: Request) -> Any:
    data = await _bytes(request)
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as fault:
        raise BadRequest(f"the body is not JSON: {fault}") from None


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadRequest("must be UTF-8", "csv") from None


def _json(value: Any, status: int = 200) -> Response:
    return Response(json.dumps(value, ensure_ascii=False, separators=(",", ":")), status, media_type="application/json")


async def _refused(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, BadRequest)
    body = {"error": str(fault)} | ({"field": fault.field} if fault.field else {})
    answer = _json(body, fault.status)
    if fault.status == 503:
        answer.headers["Retry-After"] = "1"
    return answer


async def _no_route(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    answer = _json({"error": f"{request.method} {request.url.path}: {fault.detail}"}, fault.status_code)
    answer.headers.update(fault.headers or {})
    return answer


async def _gone(request: Request, fault: Exception) -> Response:
    return Response(status_code=400)


async def _broken(request: Request, fault: Exception) -> Response:
    return _json({"error": f"the model failed: {type(fault).__name__}"}, 500)


class Kept:
    """Keeps the connection after a fault that was answered. The fault would come here again for its log, and the server would close
    the connection without having said so: who sends the next request on it just then gets no answer."""

    def __init__(self, inner: ASGIApp):
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answered = False

        async def sent(message: Message) -> None:
            nonlocal answered
            await send(message)
            answered = message["type"] == "http.response.body" and not message.get("more_body", False)

        try:
            await self._inner(scope, receive, sent)
        except Exception:
            if not answered:
                raise
            traceback.print_exc()


def application(serving: Serving) -> Kept:
    handlers = {BadRequest: _refused, HTTPException: _no_route, ClientDisconnect: _gone, Exception: _broken}
    return Kept(Starlette(routes=serving.routes(), exception_handlers=handlers))


def serve(variables: Mapping[str, str]) -> int:
    """Listens at once (alive), loads (not ready), answers (ready); a model that cannot be loaded ends the process."""
    folder = Path(variables.get("MODEL_DIR") or ".")
    prefix = "TIDEWRIGHT_PARAM_"
    parameters = {name.removeprefix(prefix): value for name, value in variables.items() if name.startswith(prefix)}
    also = {variables[name] for name in ("TIDEWRIGHT_ENDPOINT",) if variables.get(name)}
    name = variables.get("TIDEWRIGHT_MODEL") or variables.get("TIDEWRIGHT_ENDPOINT") or "model"
    serving = Serving(name, variables.get("TIDEWRIGHT_MODEL_VERSION") or None, also, lambda: _prepared(folder, parameters))
    server = uvicorn.Server(
        uvicorn.Config(
            application(serving),
            host=variables.get("TIDEWRIGHT_BIND", "127.0.0.1"),
            port=int(variables.get("PORT", "8000")),
            access_log=False,
            log_level="warning",
            server_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=DRAIN_SECONDS,
        )
    )
    threading.Thread(target=_load, args=(serving, server), name="load", daemon=True).start()
    server.run()
    if serving.fault:
        last_sentence(variables.get("TIDEWRIGHT_TERMINATION_LOG"), serving.fault)
        return EXIT_CODE
    return 0 if server.started else 1


def _load(serving: Serving, server: uvicorn.Server) -> None:
    try:
        serving.prepare()
        print(f"[tidewright] model {serving.name} version {serving.version} is ready", flush=True)
    except ModelFault as fault:
        if fault.__cause__:
            traceback.print_exception(fault.__cause__)
        serving.fault = fault
    except BaseException as fault:
        traceback.print_exc()
        serving.fault = ModelFault("MODEL_FAILED", f"The model could not be loaded: {type(fault).__name__}: {fault}")
    if serving.fault:
        print(f"[tidewright] {serving.fault.reason}: {serving.fault}", flush=True)
        server.should_exit = True


def _prepared(folder: Path, parameters: Mapping[str, str]) -> models.Model:
    model = models.load(folder, parameters)
    sample = models.example(folder)
    if sample is not None:
        try:
            model.predict(sample)
        except Exception as fault:
            raise ModelFault("MODEL_FAILED", f"The model does not answer its own example: {type(fault).__name__}: {fault}") from fault
    return model
