// How a layer's output is cut, in the order in which the pieces run.

// [start, end) of the pieces of an interval, the last one cut off.
function pieces(start, end, size) {
  const list = [];
  for (let at = start; at < end; at += size) list.push([at, Math.min(at + size, end)]);
  return list;
}

// The tiles of a layer in their order: {chunk, rows, columns, channels, inputs}, intervals [start, end). At most `most`.
function tiles(layer, most) {
  const [height, width, channels] = layer.output.shape;
  const { tile, stripe } = layer;
  const list = [];
  let chunk = 0;
  for (const rows of pieces(0, height, stripe.rows)) {
    for (const chunkChannels of pieces(0, channels, stripe.channels)) {
      const axes = {
        channels: isDirect(layer) ? [chunkChannels] : pieces(...chunkChannels, tile.outputChannels),
        rows: isDirect(layer) ? [rows] : pieces(...rows, tile.height),
        columns: isDirect(layer) ? [[0, width]] : pieces(0, width, tile.width),
      };
      const order = layer.loopOrder === "weightStationary"
        ? ["channels", "rows", "columns"] : ["rows", "columns", "channels"];
      for (const first of axes[order[0]]) {
        for (const second of axes[order[1]]) {
          for (const third of axes[order[2]]) {
            const place = { [order[0]]: first, [order[1]]: second, [order[2]]: third };
            for (const inputs of passes(layer, place.channels)) {
              if (list.length >= most) return list;
              list.push({ chunk, inputs, ...place });
            }
          }
        }
      }
      chunk++;
    }
  }
  return list;
}

// The input channels of each pass of a tile.
function passes(layer, channels) {
  const all = layer.inputs[0].shape[2];
  const isDense = layer.op === "convolution" || layer.op === "fullyConnected";
  if (isDirect(layer)) return [[0, all]];
  if (isDense && layer.geometry.groups === 1) return pieces(0, all, layer.tile.inputChannels);
  if (layer.geometry.groups === 1) return [[0, all]];
  const perGroup = all / layer.geometry.groups;
  const outputsPerGroup = layer.output.shape[2] / layer.geometry.groups;
  const start = Math.floor(channels[0] / outputsPerGroup) * perGroup;
  return [[start, Math.ceil(channels[1] / outputsPerGroup) * perGroup]];
}

// The rows or columns of the input that an interval of the output needs, inside the map.
function needed([start, end], axis, layer) {
  const { kernel, stride, dilation, padding } = layer.geometry;
  const extent = layer.inputs[0].shape[axis === "height" ? 0 : 1];
  const before = axis === "height" ? padding.top : padding.left;
  const first = start * stride[axis] - before;
  const last = (end - 1) * stride[axis] - before + (kernel[axis] - 1) * dilation[axis];
  return [Math.min(extent, Math.max(0, first)), Math.max(0, Math.min(extent, last + 1))];
}
