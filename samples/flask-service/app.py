import os

from flask import Flask, jsonify, request

app = Flask(__name__)

# Coefficients of a linear model for the ten standardised features of the diabetes data.
WEIGHTS = [-0.5, -11.4, 25.0, 15.3, -31.4, 18.2, 4.1, 9.3, 34.2, 3.2]
INTERCEPT = 152.1


@app.get("/healthz")
def healthz():
    return {"status": "ok"}


@app.post("/predict")
def predict():
    body = request.get_json(silent=True)
    features = body.get("features") if isinstance(body, dict) else None
    if not isinstance(features, list) or len(features) != len(WEIGHTS):
        return jsonify(error=f"features must be a list of {len(WEIGHTS)} numbers"), 400
    if not all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in features):
        return jsonify(error="features must hold numbers only"), 400
    return {"prediction": INTERCEPT + sum(w * x for w, x in zip(WEIGHTS, features))}


if __name__ == "__main__":
    app.run(host=os.environ.get("TIDEWRIGHT_BIND", "127.0.0.1"), port=int(os.environ.get("PORT", "5000")), threaded=True)
