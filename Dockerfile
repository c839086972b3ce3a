# One image for every service of docker-compose.yml and deploy/kubernetes.yaml.
FROM python:3.11-slim

RUN useradd --create-home --uid 1000 har \
    && install --directory --owner har /cache /artifacts
WORKDIR /app
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY har_search har_search
COPY studies studies
# PyTorch's CPU build: PyPI's brings gigabytes of CUDA libraries.
RUN pip install --no-cache-dir --constraint constraints.txt \
    --extra-index-url https://download.pytorch.org/whl/cpu ".[postgres]"

ENV HAR_SEARCH_CACHE_DIR=/cache \
    PYTHONUNBUFFERED=1
USER har
ENTRYPOINT ["har-search"]
CMD ["--help"]
