// 3x3 convolutions with reflection padding and ReLU by Winograd's F(4x4, 3x3), for CPUs: a quarter
// of the multiplications (Lavin & Gray 2016, points 0, 1, -1, 2, -2). Maps are NHWC, fp32, channels
// in multiples of 16; a tile is six positions a side to read, four to write.

#include <torch/extension.h>

#include <algorithm>
#include <array>
#include <vector>

namespace {

using Lanes = float __attribute__((vector_size(32), aligned(4)));
constexpr int64_t WIDTH = 8, POINTS = 36, ROWS = 6, PANEL = 2 * WIDTH, BLOCK_FLOATS = 1 << 16;

inline Lanes& lanes(float* at) { return *reinterpret_cast<Lanes*>(at); }
inline const Lanes& lanes(const float* at) { return *reinterpret_cast<const Lanes*>(at); }

// One row or column of six inputs to the six points, `step` apart.
inline void to_points(Lanes* d, int step) {
  Lanes a = d[0], b = d[step], c = d[2 * step], e = d[3 * step], f = d[4 * step], g = d[5 * step];
  Lanes even = f - 4 * c, odd = e - 4 * b, near = f - c, far = 2 * (e - b);
  d[0] = 4 * a - 5 * c + f;
  d[step] = even + odd;
  d[2 * step] = even - odd;
  d[3 * step] = near + far;
  d[4 * step] = near - far;
  d[5 * step] = 4 * b - 5 * e + g;
}

// Six points to four outputs.
inline void from_points(const Lanes* m, int step, Lanes* out, int out_step) {
  Lanes sum1 = m[step] + m[2 * step], gap1 = m[step] - m[2 * step];
  Lanes sum2 = m[3 * step] + m[4 * step], gap2 = m[3 * step] - m[4 * step];
  out[0] = m[0] + sum1 + sum2;
  out[out_step] = gap1 + 2 * gap2;
  out[2 * out_step] = sum1 + 4 * sum2;
  out[3 * out_step] = gap1 + 8 * gap2 + m[5 * step];
}

inline int64_t reflect(int64_t at, int64_t size) {
  if (at < 0) return -at;
  return at < size ? at : 2 * size - 2 - at;
}

// Where a padded position is in a map; -1: outside, zero.
std::vector<int64_t> positions(int64_t first, int64_t count, int64_t size, bool reflected) {
  std::vector<int64_t> map(count, -1);
  for (int64_t i = 0; i < count; i++) {
    int64_t at = first + i;
    if (at >= -1 && at <= size && reflected) map[i] = reflect(at, size);
    if (at >= 0 && at < size) map[i] = at;
  }
  return map;
}

// Rows or columns of a map: its tiles, and where these read and write. Backward, they cover the
// padding too, where gradients are that of the position which it repeats.
struct Axis {
  int64_t size, tiles;
  std::vector<int64_t> from, to;

  Axis(int64_t size, bool backward) : size(size) {
    TORCH_CHECK(size > 1, "Reflection needs two positions a side at least");
    int64_t padding = backward ? 1 : 0;
    tiles = (size + 2 * padding + 3) / 4;
    from = positions(-1 - padding, 4 * tiles + 2, size, !backward);
    to = positions(-padding, 4 * tiles, size, backward);
  }
};

// Forward with a bias and no mask, backward with the mask (forward's output) and no bias.
struct Pass {
  Axis rows, columns;
  int64_t inputs, outputs;
  const float *map, *mask, *bias;
  float* out;

  // Its picture, and its first row and column.
  std::array<int64_t, 3> place(int64_t tile) const {
    int64_t across = columns.tiles, down = rows.tiles;
    return {tile / (down * across), tile / across % down * 4, tile % across * 4};
  }

  // Where a position is in a map of so many channels.
  int64_t offset(int64_t image, int64_t y, int64_t x, int64_t channels) const {
    return ((image * rows.size + y) * columns.size + x) * channels;
  }

  void read(int64_t tile, float* points, int64_t stride) const {
    auto [image, row, column] = place(tile);
    for (int64_t c = 0; c < inputs; c += WIDTH) {
      Lanes d[POINTS];
      for (int i = 0; i < 6; i++) {
        for (int j = 0; j < 6; j++) {
          int64_t y = rows.from[row + i], x = columns.from[column + j];
          Lanes value = {};
          if (y >= 0 && x >= 0) {
            int64_t at = offset(image, y, x, inputs) + c;
            value = lanes(map + at);
            if (mask) value = lanes(mask + at) > 0 ? value : Lanes{};
          }
          d[6 * i + j] = value;
        }
      }
      for (int i = 0; i < 6; i++) to_points(d + i, 6);
      for (int i = 0; i < 6; i++) to_points(d + 6 * i, 1);
      for (int k = 0; k < POINTS; k++) lanes(points + k * stride + c) = d[k];
    }
  }

  void write(int64_t tile, const float* points, int64_t stride) const {
    auto [image, row, column] = place(tile);
    for (int64_t c = 0; c < outputs; c += WIDTH) {
      Lanes m[POINTS], half[24], result[16];
      for (int k = 0; k < POINTS; k++) m[k] = lanes(points + k * stride + c);
      for (int j = 0; j < 6; j++) from_points(m + j, 6, half + j, 6);
      for (int i = 0; i < 4; i++) from_points(half + 6 * i, 1, result + 4 * i, 1);
      for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
          int64_t y = rows.to[row + i], x = columns.to[column + j];
          if (y < 0 || x < 0) continue;
          Lanes& to = lanes(out + offset(image, y, x, outputs) + c);
          if (bias) {
            Lanes value = result[4 * i + j] + lanes(bias + c);
            to = value > 0 ? value : Lanes{};
          } else {
            to += result[4 * i + j];
          }
        }
      }
    }
  }
};

// products [rows,outputs] = inputs [rows,inputs] x kernels [outputs/16,inputs,16]; rows in sixes.
void multiply(const float* inputs, const float* kernels, float* products, int64_t rows,
              int64_t depth, int64_t outputs) {
  for (int64_t panel = 0; panel < outputs; panel += PANEL, kernels += depth * PANEL) {
    for (int64_t row = 0; row < rows; row += ROWS) {
      const float* left = inputs + row * depth;
      Lanes sums[ROWS][2] = {};
      for (int64_t c = 0; c < depth; c++) {
        Lanes near = lanes(kernels + c * PANEL), far = lanes(kernels + c * PANEL + WIDTH);
#pragma GCC unroll 6
        for (int i = 0; i < ROWS; i++) {
          sums[i][0] += left[i * depth + c] * near;
          sums[i][1] += left[i * depth + c] * far;
        }
      }
      for (int i = 0; i < ROWS; i++) {
        lanes(products + (row + i) * outputs + panel) = sums[i][0];
        lanes(products + (row + i) * outputs + panel + WIDTH) = sums[i][1];
      }
    }
  }
}

void run(const Pass& pass, const at::Tensor& kernels, int64_t images) {
  const int64_t inputs = pass.inputs, outputs = pass.outputs;
  int64_t tiles = images * pass.rows.tiles * pass.columns.tiles, most = (tiles + ROWS - 1) / ROWS;
  int64_t fitting = BLOCK_FLOATS / (POINTS * ROWS * std::max(inputs, outputs));
  int64_t block = std::min(std::max<int64_t>(fitting, 4), most) * ROWS;
  auto points = at::zeros({POINTS, block, inputs}, kernels.options());
  auto products = at::empty({POINTS, block, outputs}, kernels.options());
  float *left = points.data_ptr<float>(), *right = products.data_ptr<float>();
  const float* factors = kernels.data_ptr<float>();
  for (int64_t first = 0; first < tiles; first += block) {
    int64_t count = std::min(block, tiles - first), rows = (count + ROWS - 1) / ROWS * ROWS;
    for (int64_t t = 0; t < count; t++) pass.read(first + t, left + t * inputs, block * inputs);
    for (int64_t k = 0; k < POINTS; k++) {
      multiply(left + k * block * inputs, factors + k * inputs * outputs,
               right + k * block * outputs, rows, inputs, outputs);
    }
    for (int64_t t = 0; t < count; t++) pass.write(first + t, right + t * outputs, block * outputs);
  }
}

const float* values(const at::Tensor* tensor) {
  return tensor ? tensor->data_ptr<float>() : nullptr;
}

at::Tensor convolve(const at::Tensor& map, const at::Tensor& kernels, const at::Tensor* mask,
                    const at::Tensor* bias) {
  int64_t images = map.size(0), inputs = kernels.size(2), outputs = kernels.size(1) * PANEL;
  Axis rows(map.size(1), !bias), columns(map.size(2), !bias);
  auto out = at::zeros({images, rows.size, columns.size, outputs}, map.options());
  Pass pass{rows,        columns,      inputs,       outputs,
            values(&map), values(mask), values(bias), out.data_ptr<float>()};
  run(pass, kernels, images);
  return out;
}

}  // namespace

// relu(conv(map [N,H,W,C]) + bias), kernels [36,K/16,C,16] -> [N,H,W,K].
at::Tensor forward(const at::Tensor& map, const at::Tensor& kernels, const at::Tensor& bias) {
  return convolve(map, kernels, nullptr, &bias);
}

// The gradient of forward's map from that of its output [N,H,W,K], kernels [36,C/16,K,16] (turned).
at::Tensor backward(const at::Tensor& gradient, const at::Tensor& output,
                    const at::Tensor& kernels) {
  return convolve(gradient, kernels, &output, nullptr);
}

PYBIND11_MODULE(TORCH_EXTENSION_NAME, module) {
  module.def("forward", &forward);
  module.def("backward", &backward);
}
