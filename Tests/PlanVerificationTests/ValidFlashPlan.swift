import NetworkIR

extension ValidNetworks {
  private static let map = ValidPlans.map

  /// Three convolutions, a rescale, a sum with the first result, and a convolution of two groups.
  static func flash() throws -> Network {
    let addition = Addition(first: try rule(.rq32), second: try rule(.rq32), output: try rule(.rq64))
    let operations: [Operation] = [
      .convolution(try convolution(1, from: 8, to: 8, .rq32)), .convolution(try convolution(1, from: 8, to: 8, .rq32)),
      .convolution(try convolution(1, from: 8, to: 8, .rq32)), .rescale(try rule(.rq32)), .addition(addition),
      .convolution(try convolution(1, groups: 2, from: 8, to: 8, .rq32)),
    ]
    let names = ["conv_00", "conv_01", "conv_02", "rescale_03", "addition_04", "conv_05"]
    let inputs = [[0], [1], [2], [3], [1, 4], [5]]
    return Network(
      name: "flash", tensors: ["x", "a", "b", "c", "d", "e", "y"].map { tensor($0, map) },
      layers: operations.indices.map { step in
        layer(names[step], operations[step], inputs[step].map { Operand(tensor: $0, shape: map) }, step + 1)
      }, inputs: [Boundary(tensor: 0)], outputs: [Boundary(tensor: 6)])
  }
}

extension ValidPlans {
  /// Constants in RAM and in flash, from where they stay, are streamed, or are fetched in two parts; two layers in place;
  /// tiles of half a group.
  static var flash: DeploymentPlan {
    typealias B = PlanBuilding
    func fetch(_ phase: L3Transfer.Phase, from l3Offset: Int, to l2Offset: Int) -> L3Transfer {
      L3Transfer(
        kind: .weights, tensor: "conv_02.weights", phase: phase, memory: .flash, l3Offset: l3Offset,
        l2Offset: l2Offset, bytes: 80)
    }
    return B.plan(
      name: "flash", l1: 224, l2: 992, l3: 160, flash: 480,
      tensors: [
        B.tensor("x", .input, map, at: 0..<32, steps: 0...0),
        B.tensor("a", .activation, map, at: 32..<64, steps: 0...4),
        B.tensor("b", .activation, map, at: 96..<128, steps: 1...2),
        B.tensor("c", .activation, map, at: 64..<96, steps: 2...3),
        B.tensor("d", .activation, map, at: 64..<96, steps: 3...4),
        B.tensor("e", .activation, map, at: 32..<64, steps: 4...5),
        B.tensor("y", .output, map, at: 128..<160, steps: 5...5),
        B.weights("conv_00", 160, .l3, at: 0, steps: 0...5),
        B.weights("conv_00", 160, .l2, at: 640, steps: 0...5),
        B.weights("conv_01", 160, .flash, at: 0, steps: 0...5),
        B.weights("conv_02", 160, .flash, at: 160, steps: 0...5),
        B.weights("conv_02", 160, .l2, at: 448, steps: 1...2),
        B.weights("conv_05", 160, .flash, at: 320, steps: 0...5),
        B.weights("conv_05", 160, .l2, at: 832, steps: 0...5),
      ],
      initialTransfers: [
        L3Transfer(kind: .weights, tensor: "conv_00.weights", phase: .before, l3Offset: 0, l2Offset: 640, bytes: 160),
        L3Transfer(
          kind: .weights, tensor: "conv_05.weights", phase: .before, memory: .flash, l3Offset: 320, l2Offset: 832,
          bytes: 160),
      ],
      layers: [
        whole("conv_00", 0, "x", "a", l3Read: 0, []), weightsStreamed(from: .flash, fetch(.during, from: 160, to: 448)),
        whole("conv_02", 2, "b", "c", l3Read: 80, [fetch(.before, from: 240, to: 528)]), rescaleInPlace,
        additionInPlace, halfGroups,
      ], l1Peak: 224, l2Peak: 992)
  }

  /// One tile of 32 B.
  private static var rescaleInPlace: PlannedLayer {
    typealias B = PlanBuilding
    return PlannedLayer(
      name: "rescale_03", op: "rescale", step: 3, mode: .full, inputs: [B.operand("c", map)],
      output: B.operand("d", map), geometry: B.window(kernel: 1, groups: 8), constants: nil,
      stripe: StripeSize(rows: 2, channels: 8),
      tile: TileSize(height: 2, width: 2, outputChannels: 8, inputChannels: 8), loopOrder: .weightStationary,
      split: .rows, tiles: 1, buffers: [B.buffer(.input0, at: 0, 32), B.buffer(.output, at: 32, 32)],
      transfers: B.moved(read: 32, written: 32, commands: 2), cycles: B.cycles(), macs: 0,
      requantization: B.rule(.rq32, channels: 8))
  }

  /// Two tiles of one row, 16 B of each operand.
  private static var additionInPlace: PlannedLayer {
    typealias B = PlanBuilding
    return PlannedLayer(
      name: "addition_04", op: "addition", step: 4, mode: .full, inputs: [B.operand("a", map), B.operand("d", map)],
      output: B.operand("e", map), geometry: B.window(kernel: 1, groups: 8), constants: nil,
      stripe: StripeSize(rows: 2, channels: 8),
      tile: TileSize(height: 1, width: 2, outputChannels: 8, inputChannels: 8), loopOrder: .weightStationary,
      split: .rows, tiles: 2,
      buffers: [
        B.buffer(.input0, at: 0, 16, slots: 2), B.buffer(.input1, at: 32, 16, slots: 2),
        B.buffer(.output, at: 64, 16, slots: 2),
      ],
      transfers: B.moved(read: 64, written: 32, commands: 6), cycles: B.cycles(), macs: 0,
      requantization: B.rule(.rq64, channels: 8))
  }

  /// Two groups of 4 channels in tiles of 2.
  private static var halfGroups: PlannedLayer {
    typealias B = PlanBuilding
    // Parameters 2 * 16 = 32 B, blocks 2 * 4 = 8 B; 4 * 40 = 160 B. The 16 B of a group come once for its two tiles:
    // read 2 * 16 + 4 * 8 + 4 * 32, copies 2 + 4 + 4 + 4.
    return PlannedLayer(
      name: "conv_05", op: "convolution", step: 5, mode: .full, inputs: [B.operand("e", map)],
      output: B.operand("y", map), geometry: B.window(kernel: 1, groups: 2),
      constants: PlannedConstants(
        tensor: "conv_05.weights", bytes: 160, parameterBytesPerChannel: 16, weightBits: 8, level: .l2),
      stripe: StripeSize(rows: 2, channels: 8),
      tile: TileSize(height: 2, width: 2, outputChannels: 2, inputChannels: 4), loopOrder: .weightStationary,
      split: .rows, tiles: 4,
      buffers: [
        B.buffer(.input0, at: 0, 16, slots: 2), B.buffer(.weights, at: 32, 8, slots: 2),
        B.buffer(.parameters, at: 48, 32, slots: 2), B.buffer(.output, at: 112, 8, slots: 2),
      ],
      transfers: B.moved(read: 192, written: 32, commands: 14), cycles: B.cycles(), macs: 128,
      requantization: B.rule(.rq32, channels: 8))
  }
}
