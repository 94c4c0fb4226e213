import Hardware
import NetworkIR
import Testing

@testable import TilingSolver

@Suite struct LayerTilerTests {
  /// Networks of one layer whose tiles can all be tried.
  static func smallLayers() throws -> [Network] {
    var networks: [Network] = []
    func network(
      _ input: Shape, _ type: ElementType = .int8, _ build: (inout LayerTilerNetworkBuilder) throws -> Void
    ) rethrows {
      var builder = LayerTilerNetworkBuilder(name: "small_\(networks.count)", input: input, type: type)
      try build(&builder)
      networks.append(builder.network)
    }
    let three = Extent(height: 3, width: 3)
    network(Shape(height: 4, width: 4, channels: 3)) { $0.convolve(kernel: three, channels: 4) }
    network(Shape(height: 6, width: 3, channels: 2)) { $0.convolve(kernel: three, stride: 2, channels: 3) }
    // Constants in groups of four channels, and tiles with their padding.
    network(Shape(height: 4, width: 4, channels: 3)) { $0.convolve(kernel: .one, channels: 4, type: .int32) }
    network(Shape(height: 4, width: 4, channels: 3)) { $0.convolve(kernel: three, channels: 10, type: .int32) }
    network(Shape(height: 5, width: 4, channels: 3)) {
      $0.convolve(kernel: three, channels: 5, dilation: 2, type: .int32)
    }
    network(Shape(height: 5, width: 4, channels: 5), .int16) {
      $0.convolve(kernel: three, stride: 2, channels: 8, type: .int32)
    }
    network(Shape(height: 5, width: 4, channels: 9)) {
      $0.convolve(kernel: three, stride: 2, channels: 9, groups: 9, type: .int32)
    }
    network(Shape(height: 5, width: 4, channels: 6), .uint8) {
      $0.convolve(
        kernel: Extent(height: 2, width: 5), channels: 6, groups: 6,
        padding: Padding(top: 7, left: 2, bottom: 0, right: 4), type: .int32)
    }
    network(Shape(height: 1, width: 1, channels: 8)) { $0.convolve(kernel: .one, channels: 14, type: .int32) }
    network(Shape(height: 6, width: 1, channels: 2)) {
      $0.convolve(kernel: Extent(height: 3, width: 1), channels: 2, dilation: 2)
    }
    network(Shape(height: 5, width: 5, channels: 4)) { $0.convolve(kernel: three, channels: 4, groups: 4) }
    network(Shape(height: 4, width: 3, channels: 4)) { $0.convolve(kernel: three, channels: 8, groups: 2) }
    // Two groups of eight outputs that may come in parts, and four of which each fills half a byte.
    network(Shape(height: 3, width: 3, channels: 4)) { $0.convolve(kernel: three, channels: 16, groups: 2) }
    network(Shape(height: 2, width: 3, channels: 4)) { $0.convolve(kernel: three, channels: 8, groups: 4, type: .int4) }
    network(Shape(height: 1, width: 1, channels: 8)) { $0.convolve(kernel: .one, channels: 7) }
    network(Shape(height: 6, width: 6, channels: 5)) { $0.pool(kernel: 2, stride: 2) }
    network(Shape(height: 3, width: 3, channels: 6)) { $0.softmax() }
    try network(Shape(height: 4, width: 5, channels: 6)) { try $0.add(0) }
    // Elements narrower than a byte; tables of channels; all channels to one.
    network(Shape(height: 3, width: 3, channels: 5), .uint4) {
      $0.convolve(kernel: three, channels: 6, type: .int2, weights: .int4)
    }
    network(Shape(height: 4, width: 4, channels: 6), .int2) {
      $0.convolve(kernel: three, channels: 6, groups: 6, type: .uint4, weights: .int2)
    }
    network(Shape(height: 3, width: 2, channels: 6), .uint4) {
      $0.convolve(kernel: .one, channels: 9, groups: 3, type: .uint4)
    }
    let table = Array(repeating: Int32(0), count: 16)
    network(Shape(height: 4, width: 3, channels: 7), .uint4) {
      $0.apply(.lookup(Lookup(tables: Array(repeating: table, count: 7))), type: .int16)
    }
    network(Shape(height: 3, width: 4, channels: 7), .uint4) {
      $0.apply(.lookup(Lookup(tables: [table])), type: .int8)
    }
    network(Shape(height: 4, width: 3, channels: 10), .int4) {
      $0.apply(.argumentMaximum(ArgumentMaximum()), type: .int32, channels: 1)
    }
    return networks
  }

  @Test(arguments: try smallLayers())
  func `enumeration finds what trying every tile finds, and the runner-up`(network: Network) throws {
    let target = try Target.named("gap8")
    let model = CostModel(target)
    let layer = network.layers[0]
    let stepped = SteppedLayer(layer: layer, network: network, model: model)
    let workload = Workload(network)
    for l1Bytes in [60, 160, 4_000] {
      let choices = LayerTiler(workload, target: target, l1Available: l1Bytes, l2Available: 1 << 20)
        .choices(for: workload.layers[0])
      let full = choices.first { $0.mode == .full }
      let output = network[layer.output].shape
      let tilings = stepped.tilings(rows: 0..<output.height, channels: 0..<output.channels, l1Bytes: l1Bytes)
      let fastest = tilings.min { ($0.cycles, $0.bytes) < ($1.cycles, $1.bytes) }
      let comment: Comment = "\(network.name) in \(l1Bytes) B: \(String(describing: full?.tile))"
      #expect(full?.cycles.total == fastest.map { $0.cycles + target.overheads.layerCycles }, comment)
      #expect(full.map { $0.transfers.l2l1ReadBytes + $0.transfers.l2l1WriteBytes } == fastest?.bytes, comment)
      guard let full else { continue }
      let shape = workload.layers[0].shape
      var search = TileSearch(
        shape, division: LayerDivision(shape, stripe: full.stripe), model: model, l1Bytes: l1Bytes)
      let others = tilings.filter { $0.tile != full.tile }
      #expect(search.solve(excluding: full.tile)?.cycles == others.map(\.cycles).min(), comment)
    }
  }

  @Test(arguments: [57_344, 12_000])
  func `every choice of MobileNetV1 costs what its tiles cost one by one`(l1Bytes: Int) throws {
    try checkChoices(of: LayerTilerNetworkBuilder.mobileNetV1(size: 96), l1Bytes: l1Bytes)
  }

  @Test(arguments: [9_000, 700, 300])
  func `every choice of small layers costs what its tiles cost one by one`(l1Bytes: Int) throws {
    for network in try Self.smallLayers() { try checkChoices(of: network, l1Bytes: l1Bytes) }
  }

  @Test(arguments: [57_344, 20_000])
  func `layers that wait for their constants may have heads, which cost what a clock says`(l1Bytes: Int) throws {
    let network = LayerTilerNetworkBuilder.mobileNetV1(size: 64)
    #expect(try checkChoices(of: network, l1Bytes: l1Bytes, l2Bytes: 400_000) > 10)
  }

  /// Steps through each choice of each layer of another shape.
  ///
  /// - Returns: the number of choices with a head.
  @discardableResult
  private func checkChoices(of network: Network, l1Bytes: Int, l2Bytes: Int = 1 << 30) throws -> Int {
    let target = try Target.named("gap8")
    let workload = Workload(network)
    let tiler = LayerTiler(workload, target: target, l1Available: l1Bytes, l2Available: l2Bytes)
    var heads = 0
    var seen: Set<LayerShape> = []
    for (layer, planned) in zip(network.layers, workload.layers) where seen.insert(planned.shape).inserted {
      let stepped = SteppedLayer(layer: layer, network: network, model: CostModel(target))
      let choices = tiler.choices(for: planned)
      #expect(!choices.isEmpty, "\(layer.name)")
      for choice in choices where choice.tiles < 3_000 {
        let expected = SteppedChoice(stepped: stepped, choice: choice)
        #expect(choice.cycles == expected.cycles, "\(network.name) \(layer.name) \(choice)")
        #expect(choice.transfers == expected.transfers, "\(network.name) \(layer.name) \(choice)")
        #expect(choice.tiles == expected.tiles)
        #expect(choice.constantBytes == expected.constantBytes)
        #expect(choice.l1PeakBytes <= l1Bytes)
        for problem in expected.bufferProblems { Issue.record("\(network.name) \(layer.name): \(problem)") }
        if choice.headChunks > 0 { heads += 1 }
      }
    }
    return heads
  }

  @Test(arguments: [(65_536, 10), (9_216, 4_096), (4_608, 512)])
  func `wide fully connected layers are tiled over input channels`(inputs: Int, outputs: Int) throws {
    var builder = LayerTilerNetworkBuilder(name: "wide", input: Shape(height: 1, width: 1, channels: inputs))
    builder.convolve(kernel: .one, channels: outputs)
    let target = try Target.named("gap8")
    let tiler = LayerTiler(Workload(builder.network), target: target, l1Available: 57_344, l2Available: 462_848)
    let choices = tiler.choices(for: Workload(builder.network).layers[0])
    let full = try #require(choices.first { $0.mode == .full })
    #expect(inputs < 57_344 || full.tile.inputChannels < inputs)
    #expect(full.l1PeakBytes <= 57_344)
    #expect(choices.contains { $0.mode == .weightsStreamed })
    // Where four channels have many weights, a chunk may be one channel: its weights and 4 bytes of parameters.
    let least = choices.filter { $0.mode == .weightsStreamed }.map(\.l2WorkBytes).min()
    #expect(least == (4 * inputs > 8_192 ? inputs + 4 : 4 * (inputs + 4)))
  }

  @Test func `a single row can be a stripe`() throws {
    var builder = LayerTilerNetworkBuilder(name: "map", input: Shape(height: 40, width: 40, channels: 16))
    builder.convolve(kernel: Extent(height: 3, width: 3), channels: 16)
    let target = try Target.named("gap8")
    let tiler = LayerTiler(Workload(builder.network), target: target, l1Available: 57_344, l2Available: 462_848)
    let least = tiler.choices(for: Workload(builder.network).layers[0])
      .filter { $0.inputsInL3 == [true] && $0.outputInL3 && $0.mode == .activationsStriped }
      .min { $0.l2WorkBytes < $1.l2WorkBytes }
    #expect(least?.stripe.rows == 1)
    // Three input rows and one output row.
    #expect(least?.l2WorkBytes == 4 * 40 * 16)
  }

  /// Two accesses of 12 cycles and 8 around them an element, on 8 cores, with conflicts; 1,500 a layer, 300 a tile and
  /// 100 to start the cores. Twice as many bytes go to L3 as come from it.
  @Test func `a movement of rows costs its elements, and its stripes pass through L2`() throws {
    let shape = Shape(height: 16, width: 16, channels: 8)
    var builder = LayerTilerNetworkBuilder(name: "doubling", input: shape, type: .uint4)
    let piece = Movement.Piece(extents: [16, 8], inputStrides: [8, 1], outputStrides: [16, 1])
    builder.apply(.movement(Movement(isRowwise: true, pieces: [piece])), type: .uint4, channels: 16)
    let target = try Target.named("gap8")
    let tiler = LayerTiler(Workload(builder.network), target: target, l1Available: 0, l2Available: 462_848)
    let choices = tiler.choices(for: Workload(builder.network).layers[0])
    let full = try #require(choices.first { $0.mode == .full })
    let kernel = 16 * 16 * 16 / 8 * 32
    #expect(full.cycles.compute == (kernel * 107 + 99) / 100 + 20)
    #expect(full.cycles.total == full.cycles.compute + 800 + 680)
    #expect(full.cycles.dma == 0 && full.tiles == 1 && full.buffers.isEmpty)
    let least = choices.filter { $0.inputsInL3 == [true] && $0.outputInL3 }.min { $0.l2WorkBytes < $1.l2WorkBytes }
    #expect(least?.stripe == StripeSize(rows: 1, channels: 16) && least?.tiles == 16)
    // A row of 16 pixels of 4 B and one of 8 B each.
    #expect(least?.l2WorkBytes == 16 * 4 + 16 * 8)
    #expect(least?.transfers.l3ReadBytes == 16 * 16 * 4 && least?.transfers.l3WriteBytes == 16 * 16 * 8)
  }

  @Test func `a movement across rows needs its operands in L2`() throws {
    let shape = Shape(height: 8, width: 8, channels: 8)
    var builder = LayerTilerNetworkBuilder(name: "transposition", input: shape)
    let piece = Movement.Piece(extents: [8, 8, 8], inputStrides: [8, 64, 1], outputStrides: [64, 8, 1])
    builder.apply(.movement(Movement(isRowwise: false, pieces: [piece])), type: .int8)
    let target = try Target.named("gap8")
    let tiler = LayerTiler(Workload(builder.network), target: target, l1Available: 57_344, l2Available: 462_848)
    #expect(tiler.choices(for: Workload(builder.network).layers[0]).map(\.mode) == [.full])
  }

  @Test func `a sum of a tensor with itself reads both from one level`() throws {
    var builder = LayerTilerNetworkBuilder(name: "twice", input: Shape(height: 8, width: 8, channels: 8))
    try builder.add(0)
    let target = try Target.named("gap8")
    let tiler = LayerTiler(Workload(builder.network), target: target, l1Available: 57_344, l2Available: 462_848)
    for choice in tiler.choices(for: Workload(builder.network).layers[0]) {
      #expect(Set(choice.inputsInL3).count == 1)
    }
  }

  @Test func `equal layers have equal choices and the same call gives the same answer`() throws {
    let network = LayerTilerNetworkBuilder.mobileNetV1(size: 96)
    let target = try Target.named("gap8")
    let first = LayerTiler(Workload(network), target: target, l1Available: 57_344, l2Available: 462_848)
    let second = LayerTiler(Workload(network), target: target, l1Available: 57_344, l2Available: 462_848)
    for layer in Workload(network).layers { #expect(first.choices(for: layer) == second.choices(for: layer)) }
    #expect(first.choices(for: Workload(network).layers[14]) == first.choices(for: Workload(network).layers[16]))
  }

  @Test func `a layer that does not fit L1 says which buffers and how many bytes`() throws {
    var builder = LayerTilerNetworkBuilder(name: "small", input: Shape(height: 9, width: 9, channels: 64))
    builder.convolve(kernel: Extent(height: 7, width: 7), channels: 32)
    let target = try Target.named("gap8")
    let tiler = LayerTiler(Workload(builder.network), target: target, l1Available: 100, l2Available: 462_848)
    let layer = Workload(builder.network).layers[0]
    #expect(tiler.choices(for: layer).isEmpty)
    let enough = LayerTiler(Workload(builder.network), target: target, l1Available: 116, l2Available: 462_848)
    #expect(!enough.choices(for: layer).isEmpty)
    let finding = tiler.infeasibility(for: layer)
    #expect(finding.code == "DG0501")
    #expect(finding.node == layer.name)
    // 49 input bytes, 49 weights, 4 of parameters, 1 of output and 4 of partial sums, each rounded up to 4.
    #expect(finding.message.contains("116 B of L1"))
    #expect(finding.message.contains("16 B more than the 100 B"))
    #expect(finding.message.contains("input0 52 B, weights 52 B, parameters 4 B, output 4 B, accumulator 4 B"))
  }

  @Test func `slots that do not fit L2 are refused with both numbers`() throws {
    var builder = LayerTilerNetworkBuilder(name: "small", input: Shape(height: 1, width: 1, channels: 512))
    builder.convolve(kernel: .one, channels: 8)
    let target = try Target.named("gap8")
    var tiler = LayerTiler(Workload(builder.network), target: target, l1Available: 57_344, l2Available: 462_848)
    let layer = Workload(builder.network).layers[0]
    #expect(tiler.choices(for: layer).contains { $0.mode == .full })
    tiler.l2Available = -4
    #expect(tiler.choices(for: layer).isEmpty)
    #expect(tiler.infeasibility(for: layer).code == "DG0502")
  }
}
