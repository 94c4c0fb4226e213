import NetworkIR

extension ValidNetworks {
  private static let x = Shape(height: 4, width: 2, channels: 5)
  private static let map = Shape(height: 4, width: 2, channels: 8)
  private static let products = Shape(height: 4, width: 2, channels: 2)
  private static let indices = Shape(height: 4, width: 2, channels: 1)

  /// Channels are appended row by row, looked up in a table each, multiplied with themselves, and compared.
  static func direct() -> Network {
    let padding = Movement(
      isRowwise: true, pieces: [Movement.Piece(extents: [2, 5], inputStrides: [5, 1], outputStrides: [8, 1])])
    let tables = Lookup(tables: (0..<8).map { channel in (0..<16).map { $0 + channel } })
    let product = MatrixProduct(isSecondTransposed: true, firstZeroPoint: 0, secondZeroPoint: 0, requantization: nil)
    return Network(
      name: "direct",
      tensors: [
        tensor("x", x, .uint4), tensor("a", map, .uint4), tensor("b", map, .int8), tensor("c", products, .int32),
        tensor("y", indices, .int32),
      ],
      layers: [
        layer("movement_00", .movement(padding), [Operand(tensor: 0, shape: x)], 1),
        layer("lookup_01", .lookup(tables), [Operand(tensor: 1, shape: map)], 2),
        layer(
          "product_02", .matrixProduct(product), [Operand(tensor: 2, shape: map), Operand(tensor: 2, shape: map)], 3),
        layer("index_03", .argumentMaximum(ArgumentMaximum()), [Operand(tensor: 3, shape: products)], 4),
      ], inputs: [Boundary(tensor: 0)], outputs: [Boundary(tensor: 4)])
  }
}

extension ValidPlans {
  /// Two layers that work in L2, one of them in stripes; packed elements; tables of channels, and 96 B in the code.
  static var direct: DeploymentPlan {
    typealias B = PlanBuilding
    let map = Shape(height: 4, width: 2, channels: 8)
    return B.plan(
      name: "direct", l1: 224, l2: 288, l3: 152,
      tensors: [
        // Pixels of 5 x 4 bits take 3 B, of 8 x 4 bits 4 B.
        B.tensor("x", .input, Shape(height: 4, width: 2, channels: 5), .uint4, .l3, at: 0..<24, steps: 0...0),
        B.tensor("a", .activation, map, .uint4, at: 128..<160, steps: 0...1),
        B.tensor("b", .activation, map, .int8, at: 160..<224, steps: 1...2),
        B.tensor("c", .activation, Shape(height: 4, width: 2, channels: 2), .int32, at: 224..<288, steps: 2...3),
        B.tensor("y", .output, Shape(height: 4, width: 2, channels: 1), .int32, at: 128..<160, steps: 3...3),
        B.weights("lookup_01", 128, .l3, at: 24, steps: 0...3),
        B.weights("lookup_01", 128, .l2, at: 0, steps: 0...3),
      ],
      initialTransfers: [
        L3Transfer(kind: .weights, tensor: "lookup_01.weights", phase: .before, l3Offset: 24, l2Offset: 0, bytes: 128)
      ],
      layers: [directMovement, directLookup, directProduct, directIndices], l1Peak: 224, l2Peak: 288, tables: 96)
  }

  /// Two stripes of 2 rows, of which the input's take 12 B.
  private static var directMovement: PlannedLayer {
    typealias B = PlanBuilding
    return PlannedLayer(
      name: "movement_00", op: "movement", step: 0, mode: .activationsStriped,
      inputs: [B.operand("x", Shape(height: 4, width: 2, channels: 5), .uint4, .l3)],
      output: B.operand("a", Shape(height: 4, width: 2, channels: 8), .uint4),
      geometry: B.window(kernel: 1, groups: 1, isRowwise: true),
      constants: nil, stripe: StripeSize(rows: 2, channels: 8),
      tile: TileSize(height: 2, width: 2, outputChannels: 8, inputChannels: 5), loopOrder: .weightStationary,
      split: .rows, tiles: 2, buffers: [B.buffer(.input0, at: 160, 12, slots: 2, .l2)],
      transfers: B.moved(read: 0, written: 0, commands: 0, l3Read: 24), cycles: B.cycles(l3: 24, dma: 0), macs: 0,
      requantization: nil)
  }

  /// Tables of 16 entries of 1 B. Tiles of 4 channels: 8 pixels of 2 B in, 8 of 4 B out, 64 B of tables.
  private static var directLookup: PlannedLayer {
    typealias B = PlanBuilding
    let map = Shape(height: 4, width: 2, channels: 8)
    return PlannedLayer(
      name: "lookup_01", op: "lookup", step: 1, mode: .full, inputs: [B.operand("a", map, .uint4)],
      output: B.operand("b", map, .int8), geometry: B.window(kernel: 1, groups: 8),
      constants: PlannedConstants(
        tensor: "lookup_01.weights", bytes: 128, parameterBytesPerChannel: 16, weightBits: 0, level: .l2),
      stripe: StripeSize(rows: 4, channels: 8),
      tile: TileSize(height: 4, width: 2, outputChannels: 4, inputChannels: 4), loopOrder: .weightStationary,
      split: .pixels, tiles: 2,
      buffers: [
        B.buffer(.input0, at: 0, 16, slots: 2), B.buffer(.parameters, at: 32, 64, slots: 2),
        B.buffer(.output, at: 160, 32, slots: 2),
      ],
      transfers: B.moved(read: 160, written: 64, commands: 6), cycles: B.cycles(), macs: 0, requantization: nil)
  }

  /// 4 products of 2x8 and 8x2.
  private static var directProduct: PlannedLayer {
    typealias B = PlanBuilding
    let map = Shape(height: 4, width: 2, channels: 8)
    return PlannedLayer(
      name: "product_02", op: "matrixProduct", step: 2, mode: .full,
      inputs: [B.operand("b", map, .int8), B.operand("b", map, .int8)],
      output: B.operand("c", Shape(height: 4, width: 2, channels: 2), .int32), geometry: B.window(kernel: 1, groups: 1),
      constants: nil, stripe: StripeSize(rows: 4, channels: 2),
      tile: TileSize(height: 4, width: 2, outputChannels: 2, inputChannels: 8), loopOrder: .weightStationary,
      split: .rows, tiles: 1, buffers: [], transfers: B.moved(read: 0, written: 0, commands: 0),
      cycles: B.cycles(dma: 0), macs: 128, requantization: nil)
  }

  /// The greater of 2 sums at each of 8 positions.
  private static var directIndices: PlannedLayer {
    typealias B = PlanBuilding
    return PlannedLayer(
      name: "index_03", op: "argumentMaximum", step: 3, mode: .full,
      inputs: [B.operand("c", Shape(height: 4, width: 2, channels: 2), .int32)],
      output: B.operand("y", Shape(height: 4, width: 2, channels: 1), .int32), geometry: B.window(kernel: 1, groups: 1),
      constants: nil, stripe: StripeSize(rows: 4, channels: 1),
      tile: TileSize(height: 4, width: 2, outputChannels: 1, inputChannels: 2), loopOrder: .weightStationary,
      split: .rows, tiles: 1, buffers: [B.buffer(.input0, at: 0, 64), B.buffer(.output, at: 64, 32)],
      transfers: B.moved(read: 64, written: 32, commands: 2), cycles: B.cycles(), macs: 0, requantization: nil)
  }
}
