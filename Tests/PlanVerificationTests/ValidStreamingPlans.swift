import NetworkIR

extension ValidPlans {
  static let map = Shape(height: 2, width: 2, channels: 8)

  /// Four 1x1 convolutions of 2x2x8: weights fetched before, streamed, prefetched in two parts, streamed per stripe.
  ///
  /// Each has two channel tiles with a block of 4 * (8 + 12) = 80 B: 160 B.
  static var streamed: DeploymentPlan {
    typealias B = PlanBuilding
    return B.plan(
      name: "streamed", l1: 224, l2: 416, l3: 672,
      tensors: [
        B.tensor("x", .input, map, at: 224..<256, steps: 0...0),
        B.tensor("a", .activation, map, at: 192..<224, steps: 0...1),
        B.tensor("b", .activation, map, at: 224..<256, steps: 1...2),
        B.tensor("c", .activation, map, at: 192..<224, steps: 2...3),
        B.tensor("y", .output, map, .uint8, .l3, at: 640..<672, steps: 3...3),
        B.weights("conv_00", 160, .l3, at: 0, steps: 0...3),
        B.weights("conv_00", 160, .l2, at: 256, steps: 0...0),
        B.weights("conv_01", 160, .l3, at: 160, steps: 0...3),
        B.weights("conv_02", 160, .l3, at: 320, steps: 0...3),
        B.weights("conv_02", 160, .l2, at: 0, steps: 0...2),
        B.weights("conv_03", 160, .l3, at: 480, steps: 0...3),
      ],
      layers: [
        whole(
          "conv_00", 0, "x", "a", l3Read: 240,
          [
            L3Transfer(
              kind: .weights, tensor: "conv_00.weights", phase: .before, l3Offset: 0, l2Offset: 256, bytes: 160),
            L3Transfer(
              kind: .weights, tensor: "conv_02.weights", phase: .during, l3Offset: 320, l2Offset: 0, bytes: 80),
          ]),
        weightsStreamed(
          from: .l3,
          L3Transfer(
            kind: .weights, tensor: "conv_02.weights", phase: .during, l3Offset: 400, l2Offset: 80, bytes: 80)),
        whole("conv_02", 2, "b", "c", l3Read: 0, []), bothStreamed,
      ], l1Peak: 224, l2Peak: 416)
  }

  private static func constants(_ layer: String, _ level: MemoryLevel) -> PlannedConstants {
    PlannedConstants(
      tensor: "\(layer).weights", order: .interleaved, bytes: 160, parameterBytesPerChannel: 12, weightBits: 8,
      level: level)
  }

  static func whole(
    _ name: String, _ step: Int, _ input: String, _ output: String, l3Read: Int, _ transfers: [L3Transfer]
  ) -> PlannedLayer {
    typealias B = PlanBuilding
    // Read 32 + 2 * 80; copies 1 + 2 + 2.
    return PlannedLayer(
      name: name, op: "convolution", step: step, mode: .full, inputs: [B.operand(input, map)],
      output: B.operand(output, map), geometry: B.window(kernel: 1, groups: 1), constants: constants(name, .l2),
      stripe: StripeSize(rows: 2, channels: 8),
      tile: TileSize(height: 2, width: 2, outputChannels: 4, inputChannels: 8), loopOrder: .weightStationary,
      split: .grid, tiles: 2,
      buffers: [
        B.buffer(.input0, at: 0, 32), B.buffer(.weights, at: 32, 80, slots: 2),
        B.buffer(.output, at: 192, 16, slots: 2),
      ],
      transfers: B.moved(read: 192, written: 32, commands: 5, l3Read: l3Read, transfers),
      cycles: B.cycles(l3: l3Read), macs: 256, requantization: B.rule(.rq32, channels: 8))
  }

  /// Two chunks of 4 channels, 80 B each, while the rest of the next layer's weights arrives.
  static func weightsStreamed(from memory: MemoryLevel, _ transfer: L3Transfer) -> PlannedLayer {
    typealias B = PlanBuilding
    // Each of the chunks is one tile, and both of the same input: read 32 + 2 * 80, copies 1 + 2 * 2.
    return PlannedLayer(
      name: "conv_01", op: "convolution", step: 1, mode: .weightsStreamed, inputs: [B.operand("a", map)],
      output: B.operand("b", map), geometry: B.window(kernel: 1, groups: 1), constants: constants("conv_01", memory),
      stripe: StripeSize(rows: 2, channels: 4),
      tile: TileSize(height: 2, width: 2, outputChannels: 4, inputChannels: 8), loopOrder: .weightStationary,
      split: .grid, tiles: 2,
      buffers: [
        B.buffer(.input0, at: 0, 32), B.buffer(.weights, at: 32, 80), B.buffer(.output, at: 112, 16),
        B.buffer(.weights, at: 256, 80, slots: 2, .l2),
      ],
      transfers: B.moved(read: 192, written: 32, commands: 5, l3Read: 240, [transfer]), cycles: B.cycles(l3: 240),
      macs: 256, requantization: B.rule(.rq32, channels: 8))
  }

  /// Three 1x1 convolutions of 2x2x8, the last of which has the first of its two chunks in a slot when it begins; half of it
  /// comes beside step 0, the other half beside step 1. The second chunk goes to the second slot.
  static var headed: DeploymentPlan {
    typealias B = PlanBuilding
    func fetch(from l3Offset: Int, to l2Offset: Int) -> L3Transfer {
      L3Transfer(
        kind: .weights, tensor: "conv_02.weights", phase: .during, l3Offset: l3Offset, l2Offset: l2Offset, bytes: 40)
    }
    var last = weightsStreamed(from: .l3, fetch(from: 0, to: 0))
    (last.name, last.step, last.inputs[0].tensor, last.output.tensor) = ("conv_02", 2, "b", "y")
    last.constants = constants("conv_02", .l3)
    last.constants?.headChunks = 1
    last.buffers[3].offset = 160
    last.transfers = B.moved(read: 192, written: 32, commands: 5, l3Read: 80)
    last.cycles = B.cycles(l3: 80)
    func resident(_ index: Int, l2Offset: Int) -> L3Transfer {
      L3Transfer(
        kind: .weights, tensor: "conv_0\(index).weights", phase: .before, l3Offset: 160 * index, l2Offset: l2Offset,
        bytes: 160)
    }
    return B.plan(
      name: "headed", l1: 224, l2: 384, l3: 480,
      tensors: [
        B.tensor("x", .input, map, at: 320..<352, steps: 0...0),
        B.tensor("a", .activation, map, at: 352..<384, steps: 0...1),
        B.tensor("b", .activation, map, at: 320..<352, steps: 1...2),
        B.tensor("y", .output, map, at: 352..<384, steps: 2...2),
        B.weights("conv_00", 160, .l3, at: 0, steps: 0...2),
        B.weights("conv_00", 160, .l2, at: 0, steps: 0...0),
        B.weights("conv_01", 160, .l3, at: 160, steps: 0...2),
        B.weights("conv_01", 160, .l2, at: 0, steps: 1...1),
        B.weights("conv_02", 160, .l3, at: 320, steps: 0...2),
        B.weights("conv_02", 80, .l2, at: 160, steps: 0...2),
      ],
      layers: [
        whole("conv_00", 0, "x", "a", l3Read: 200, [resident(0, l2Offset: 0), fetch(from: 320, to: 160)]),
        whole("conv_01", 1, "a", "b", l3Read: 200, [resident(1, l2Offset: 0), fetch(from: 360, to: 200)]), last,
      ], l1Peak: 224, l2Peak: 384)
  }

  /// Two stripes of one row by two chunks of 4 channels: all constants come twice.
  private static var bothStreamed: PlannedLayer {
    typealias B = PlanBuilding
    // Each of 4 chunks is one tile, and those of a stripe of the same input: read 2 * 16 + 4 * 80, copies 2 + 4 * 2.
    return PlannedLayer(
      name: "conv_03", op: "convolution", step: 3, mode: .bothStreamed, inputs: [B.operand("c", map)],
      output: B.operand("y", map, .uint8, .l3), geometry: B.window(kernel: 1, groups: 1),
      constants: constants("conv_03", .l3), stripe: StripeSize(rows: 1, channels: 4),
      tile: TileSize(height: 1, width: 2, outputChannels: 4, inputChannels: 8), loopOrder: .inputStationary,
      split: .grid, tiles: 4,
      buffers: [
        B.buffer(.input0, at: 0, 16), B.buffer(.weights, at: 16, 80), B.buffer(.output, at: 96, 8),
        B.buffer(.weights, at: 256, 80, slots: 2, .l2), B.buffer(.output, at: 0, 16, slots: 2, .l2),
      ],
      transfers: B.moved(read: 352, written: 32, commands: 10, l3Read: 320, l3Written: 32),
      cycles: B.cycles(l3: 352), macs: 256, requantization: B.rule(.rq32, channels: 8))
  }
}

extension ValidPlans {
  private static let square = Shape(height: 4, width: 4, channels: 2)

  /// A skip tensor that leaves L2 beside the step after its production and comes back beside the step before its use.
  static var paged: DeploymentPlan {
    typealias B = PlanBuilding
    func page(_ kind: L3Transfer.Kind, l2Offset: Int) -> L3Transfer {
      L3Transfer(kind: kind, tensor: "s", phase: .during, l3Offset: 0, l2Offset: l2Offset, bytes: 32)
    }
    return B.plan(
      name: "paged", l1: 96, l2: 96, l3: 32,
      tensors: [
        B.tensor("x", .input, square, at: 32..<64, steps: 0...0),
        B.tensor("s", .activation, square, at: 0..<32, steps: 0...1),
        B.tensor("s", .activation, square, .uint8, .l3, at: 0..<32, steps: 1...3),
        B.tensor("s", .activation, square, at: 32..<64, steps: 3...4),
        B.tensor("t", .activation, square, at: 32..<64, steps: 1...2),
        B.tensor("u", .activation, square, at: 0..<32, steps: 2...3),
        B.tensor("v", .activation, square, at: 64..<96, steps: 3...4),
        B.tensor("y", .output, square, at: 0..<32, steps: 4...4),
      ],
      layers: [
        oneTile(0, "sumPool", ["x"], "s", B.window(kernel: 3, padding: 1, groups: 2), B.rule(.rq32, channels: 2)),
        oneTile(
          1, "maxPool", ["s"], "t", B.window(kernel: 3, padding: 1, groups: 2), nil, l3Written: 32,
          [page(.pageOut, l2Offset: 0)]),
        oneTile(2, "averagePool", ["t"], "u", B.window(kernel: 3, padding: 1, groups: 2), nil),
        oneTile(
          3, "softmax", ["u"], "v", B.window(kernel: 1, groups: 1), nil, l3Read: 32, [page(.pageIn, l2Offset: 32)]),
        oneTile(4, "addition", ["v", "s"], "y", B.window(kernel: 1, groups: 2), B.rule(.rq64, channels: 2)),
      ], l1Peak: 96, l2Peak: 96)
  }

  private static func oneTile(
    _ step: Int, _ op: String, _ inputs: [String], _ output: String, _ geometry: LayerGeometry,
    _ rule: PlannedRequantization?, l3Read: Int = 0, l3Written: Int = 0, _ transfers: [L3Transfer] = []
  ) -> PlannedLayer {
    typealias B = PlanBuilding
    let operands: [PlannedBuffer.Operand] = (inputs.count == 2 ? [.input0, .input1] : [.input0]) + [.output]
    return PlannedLayer(
      name: "layer_\(step)", op: op, step: step, mode: .full, inputs: inputs.map { B.operand($0, square) },
      output: B.operand(output, square), geometry: geometry, constants: nil,
      stripe: StripeSize(rows: 4, channels: 2),
      tile: TileSize(height: 4, width: 4, outputChannels: 2, inputChannels: 2), loopOrder: .weightStationary,
      split: .rows, tiles: 1,
      buffers: operands.enumerated().map { B.buffer($1, at: 32 * $0, 32) },
      transfers: B.moved(
        read: 32 * inputs.count, written: 32, commands: operands.count, l3Read: l3Read, l3Written: l3Written,
        transfers),
      cycles: B.cycles(l3: l3Read + l3Written), macs: 0, requantization: rule)
  }
}
