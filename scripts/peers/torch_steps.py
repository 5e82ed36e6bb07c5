#!/usr/bin/env python3
"""The same work in PyTorch (CPU), for ratios measured side by side in one run.

    pip install torch numpy        # any 2.x wheel
    python3 torch_steps.py --threads 2 [--json] [--steps]

Times (seconds) of: raw GEMM of the same shapes, one optimiser step of the published denoiser
(d -> 128, 512, 1024x4, 512 -> d; batch 4096) and classifier (128 -> 128,256,512,1024,512,256,128 -> k with batch
normalisation and dropout), one guided reverse step of 20,000 rows, and one optimiser step of the default recipe's
denoiser (256-256-256, batch 1024, d numeric columns + categorical heads). Random data; nothing is learned.
With --steps only the steps, without the GEMM. Elapsed time, median of repeats; with --fastest the way `clava bench`
measures: processor time (one thread only), the fastest of the repeats.
"""
import argparse, json, math, statistics, time
import torch, torch.nn as nn, torch.nn.functional as F

p = argparse.ArgumentParser()
p.add_argument("--threads", type=int, default=2)
p.add_argument("--repeats", type=int, default=7)
p.add_argument("--columns", type=int, default=12)
p.add_argument("--json", action="store_true")
p.add_argument("--steps", action="store_true")
p.add_argument("--fastest", action="store_true")
a = p.parse_args()
if a.fastest and a.threads != 1:
    p.error("--fastest counts processor time, which adds threads up: use --threads 1")
torch.set_num_threads(a.threads)
torch.manual_seed(0)


def measure(f, repeats=a.repeats, inner=1):
    clock, choose = (time.process_time, min) if a.fastest else (time.perf_counter, statistics.median)
    f()
    times = []
    for _ in range(repeats):
        s = clock()
        for _ in range(inner):
            f()
        times.append((clock() - s) / inner)
    return choose(times)


def embedding(t, dim):
    half = dim // 2
    freq = torch.exp(-math.log(10000) * torch.arange(half) / half)
    x = t[:, None].float() * freq[None]
    return torch.cat([x.cos(), x.sin()], 1)


class Denoiser(nn.Module):
    def __init__(self, d, layers, dim=128):
        super().__init__()
        self.dim = dim
        self.time = nn.Sequential(nn.Linear(dim, dim), nn.SiLU(), nn.Linear(dim, dim))
        self.proj = nn.Linear(d, dim)
        body, w = [], dim
        for h in layers:
            body += [nn.Linear(w, h), nn.ReLU()]
            w = h
        self.body = nn.Sequential(*body, nn.Linear(w, d))

    def forward(self, x, t):
        return self.body(self.proj(x) + self.time(embedding(t, self.dim)))


class Classifier(nn.Module):
    def __init__(self, d, k, layers, dim=128):
        super().__init__()
        self.dim = dim
        self.time = nn.Sequential(nn.Linear(dim, dim), nn.SiLU(), nn.Linear(dim, dim))
        self.proj = nn.Linear(d, dim)
        body, w = [], dim
        for i, h in enumerate(layers):
            body += [nn.Linear(w, h), nn.ReLU() if i == 0 else nn.LeakyReLU(), nn.BatchNorm1d(h), nn.Dropout(0.5)]
            w = h
        self.body = nn.Sequential(*body, nn.Linear(w, k))

    def forward(self, x, t):
        return self.body(self.proj(x) + self.time(embedding(t, self.dim)))


out = {"threads": a.threads, "torch": torch.__version__}
products = [(4096, 1024, 1024), (4096, 1024, 512), (4096, 512, 128), (1024, 256, 256)]
for m, n, k in [] if a.steps else products:
    A, B = torch.randn(m, k), torch.randn(n, k)
    s = measure(lambda: A @ B.T)
    out[f"gemm_{m}x{n}x{k}_gflops"] = 2e-9 * m * n * k / s

d = a.columns
net = Denoiser(d, [512, 1024, 1024, 1024, 1024, 512])
opt = torch.optim.AdamW(net.parameters(), lr=6e-4, weight_decay=1e-5)
x, e, t = torch.randn(4096, d), torch.randn(4096, d), torch.randint(0, 2000, (4096,))


def step():
    opt.zero_grad()
    ((net(x, t) - e) ** 2).mean().backward()
    opt.step()


out["published_denoiser_step_s"] = measure(step, max(2, a.repeats // 3))

cls = Classifier(d, 20, [128, 256, 512, 1024, 512, 256, 128])
copt = torch.optim.AdamW(cls.parameters(), lr=1e-4)
y = torch.randint(0, 20, (4096,))


def cstep():
    copt.zero_grad()
    F.cross_entropy(cls(x, t), y).backward()
    copt.step()


out["published_classifier_step_s"] = measure(cstep)

cls.eval()
X, Y, tt = torch.randn(20000, d), torch.randint(0, 20, (20000,)), torch.full((20000,), 500)


def guided():
    with torch.no_grad():
        eps = net(X, tt)
    z = X.detach().requires_grad_(True)
    logp = F.log_softmax(cls(z, tt), 1)[torch.arange(len(Y)), Y].sum()
    g = torch.autograd.grad(logp, z)[0]
    return X - 0.01 * eps + 0.001 * g + 0.03 * torch.randn_like(X)


out["published_guided_reverse_step_20000_rows_s"] = measure(guided, max(2, a.repeats // 3))

levels, cond, width, batch = [3, 6, 9, 14], 40, 256, 1024
din = d + sum(levels)
small = nn.ModuleDict(dict(x=nn.Linear(din, width), c=nn.Linear(cond, width, bias=False),
                           t=nn.Sequential(nn.Linear(128, 128), nn.SiLU(), nn.Linear(128, width)),
                           body=nn.Sequential(nn.SiLU(), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width),
                                              nn.SiLU(), nn.Linear(width, din))))
sopt = torch.optim.AdamW(small.parameters(), lr=1e-3, weight_decay=1e-5, fused=True)
x0, c = torch.randn(batch, din), torch.randn(batch, cond)
cats = [torch.randint(0, k, (batch,)) for k in levels]


def sstep():
    s = torch.exp(torch.randn(batch) * 1.4 - 0.8)[:, None]
    xt = x0 + s * torch.randn(batch, din)
    h = small["x"](xt / (1 + s * s).sqrt()) + small["c"](c) + small["t"](embedding(s.log()[:, 0] * 250, 128))
    f = small["body"](h)
    target = (x0[:, :d] - xt[:, :d] / (1 + s * s)) * (1 + s * s).sqrt() / s
    loss, o = ((f[:, :d] - target) ** 2).mean(0).sum(), d
    for k, yk in zip(levels, cats):
        loss = loss + F.cross_entropy(f[:, o:o + k], yk)
        o += k
    sopt.zero_grad()
    loss.backward()
    sopt.step()


out["default_denoiser_step_s"] = measure(sstep, inner=4)
print(json.dumps(out) if a.json else "\n".join(f"{k:48s} {v:.4g}" if isinstance(v, float) else f"{k:48s} {v}" for k, v in out.items()))
