import Hardware
import NetworkIR

@testable import TilingSolver

/// Small planning problems whose numbers are all whole bursts, so that the best schedule has a whole number of them.
enum SyntheticProblem {
  static let burstBytes = 512
  static let burstCycles = 100

  /// The first burst takes as long as any other.
  static func timing() throws -> BurstCycles {
    var target = try Target.named("gap8")
    target.clocks.clusterHertz = 1_000_000_000
    target.ram.burstBytes = burstBytes
    target.ram.read.firstBurstNanoseconds = burstCycles
    target.ram.read.nextBurstNanoseconds = burstCycles
    return CostModel(target).l3Read
  }

  /// A network of softmax layers: the model reads only who uses which tensor and how many bytes it has.
  ///
  /// Layer i reads the tensors `layers[i]` and writes tensor i + 1; tensor 0 is the input. Tensor i has `bursts[i]`
  /// times `burstBytes` bytes.
  static func network(layers: [[Int]], bursts: [Int], outputs: [Int]) -> Network {
    let tensors = bursts.enumerated().map { index, count in
      Tensor(
        name: "t\(index)", shape: Shape(height: 1, width: 1, channels: count * burstBytes), type: .int8,
        values: -128...127, origin: TensorOrigin(dimensions: [count * burstBytes], axes: [.channel]))
    }
    let softmax = Operation.softmax(Softmax(multiplier: 1, leftShift: 0, minimumDifference: 0))
    return Network(
      name: "synthetic", tensors: tensors,
      layers: layers.enumerated().map { index, inputs in
        Layer(
          name: "layer_\(index)", source: "", operation: softmax,
          inputs: inputs.map { Operand(tensor: $0, shape: tensors[$0].shape) }, output: index + 1)
      },
      inputs: [Boundary(tensor: 0)], outputs: outputs.map { Boundary(tensor: $0) })
  }

  /// One choice; `streams` false: everything in L2.
  static func choice(
    inputsInL3: [Bool], outputInL3: Bool, streamsWeights: Bool, weightBursts: Int, slotBursts: Int, bursts: Int,
    streamBursts: Int, headBursts: Int = 0
  ) -> LayerChoice {
    let stripes = inputsInL3.contains(true) || outputInL3
    let mode: LayerMode =
      switch (stripes, streamsWeights) {
      case (false, false): .full
      case (false, true): .weightsStreamed
      case (true, false): .activationsStriped
      case (true, true): .bothStreamed
      }
    var cycles = LayerCycles()
    cycles.compute = bursts * burstCycles
    cycles.l3 = streamBursts * burstCycles
    cycles.total = max(bursts, streamBursts) * burstCycles
    let isHead = headBursts > 0
    let slots = PlannedBuffer(
      operand: isHead ? .weights : .input0, level: .l2, offset: 0,
      bytes: isHead ? burstBytes : slotBursts * burstBytes, count: isHead ? headBursts : 1)
    return LayerChoice(
      mode: mode, inputsInL3: inputsInL3, outputInL3: outputInL3, stripe: StripeSize(rows: 1, channels: 1),
      tile: TileSize(height: 1, width: 1, outputChannels: 1, inputChannels: 1), loopOrder: .weightStationary,
      split: .rows, buffers: slotBursts > 0 || isHead ? [slots] : [], constantBytes: weightBursts * burstBytes,
      cycles: cycles, transfers: LayerTransfers(), tiles: 1, headChunks: headBursts)
  }

  /// The choices of a layer with `inputs` inputs: in L2, weights streamed, and each way to stripe.
  static func choices(inputs: Int, hasHeads: Bool = false, random: inout SplitMix64) -> [LayerChoice] {
    let weights = Int.random(in: 0...(hasHeads ? 5 : 3), using: &random)
    let bursts = Int.random(in: 1...6, using: &random)
    var choices: [LayerChoice] = []
    for level in 0..<(1 << (inputs + 1)) {
      for streamsWeights in weights > 0 ? [false, true] : [false] {
        let streams = level > 0 || streamsWeights
        if streams, Int.random(in: 0..<4, using: &random) == 0 { continue }
        choices.append(
          choice(
            inputsInL3: (0..<inputs).map { level >> $0 & 1 == 1 }, outputInL3: level >> inputs & 1 == 1,
            streamsWeights: streamsWeights, weightBursts: weights,
            slotBursts: streams ? Int.random(in: 1...2, using: &random) : 0,
            bursts: bursts + (streams ? Int.random(in: 0...3, using: &random) : 0),
            streamBursts: streams ? Int.random(in: 1...5, using: &random) : 0))
      }
    }
    guard hasHeads, weights > 1 else { return choices }
    return choices
      + (1..<weights).map { head in
        choice(
          inputsInL3: (0..<inputs).map { _ in false }, outputInL3: false, streamsWeights: true, weightBursts: weights,
          slotBursts: 0, bursts: bursts + Int.random(in: 0...1, using: &random), streamBursts: weights - head,
          headBursts: head)
      }
  }

  /// A chain, or a chain with one skip connection over two layers.
  ///
  /// With `isElementwise` all tensors are of one size and every second layer is an addition, which may overwrite an input.
  static func problem(
    seed: UInt64, hasSkip: Bool, capacityBursts: Int, mayPin: Bool, isElementwise: Bool = false,
    hasHeads: Bool = false
  ) throws -> PlanningProblem {
    var random = SplitMix64(seed: seed)
    let layers = hasSkip ? [[0], [1], [2], [3, 1]] : [[0], [1], [2]]
    var bursts = (0...layers.count).map { _ in Int.random(in: 1...4, using: &random) }
    if isElementwise { bursts = bursts.map { _ in bursts[0] } }
    var workload = Workload(network(layers: layers, bursts: bursts, outputs: [layers.count]))
    if isElementwise {
      for step in workload.layers.indices where step % 2 == Int(seed % 2) { workload.layers[step].op = "addition" }
    }
    let timing = try timing()
    return PlanningProblem(
      workload: workload, choices: layers.map { choices(inputs: $0.count, hasHeads: hasHeads, random: &random) },
      l2Bytes: capacityBursts * burstBytes, read: timing, write: timing, mayPin: mayPin)
  }
}
