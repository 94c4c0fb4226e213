import NetworkIR

extension Findings {
  /// Plays two runs in a row and reports every read of bytes that are not there.
  mutating func checkPresence(in plan: DeploymentPlan) {
    var playback = Playback(plan, findings: self)
    playback.load()
    playback.run()
    playback.checkIntervals()
    playback.run()
    self = playback.findings
  }
}

/// A plan being played: what L2, L3 and flash hold from transfer to transfer and from layer to layer.
///
/// Finer than steps is not needed: a layer's operands must be there when it starts, and what it writes counts as
/// changing during the whole step.
struct Playback {
  let plan: DeploymentPlan
  var findings: Findings
  private var contents: [MemoryLevel: MemoryContents] = [:]
  let placements: Placements
  /// First and last step in which each placement is written or read.
  private var uses: [ClosedRange<Int>?]
  private var lastStep: Int { plan.layers.count - 1 }

  init(_ plan: DeploymentPlan, findings: Findings) {
    self.plan = plan
    self.findings = findings
    placements = Placements(plan.tensors)
    uses = plan.tensors.map { _ in nil }
  }

  /// Once after power-up: weights are in L3 and flash, and the initial transfers bring some of them to L2 for good.
  mutating func load() {
    for (index, tensor) in plan.tensors.enumerated() where tensor.kind == .weights && tensor.level.isExternal {
      write(tensor.range, of: index)
      use(index, in: 0)
      use(index, in: lastStep)
    }
    var written: [Range<Int>] = []
    for transfer in plan.initialTransfers {
      let place = Place.tensor(transfer.tensor)
      findings.require(transfer.kind == .weights, .transfer, at: place, "an initial transfer of an activation")
      findings.require(transfer.phase == .before, .transfer, at: place, "an initial transfer is not 'before'")
      guard let copy = findings.resolve(transfer, in: 0, of: placements, at: place) else { continue }
      findings.require(
        !written.contains { $0.overlaps(copy.destination) }, .transfer, at: place, "loaded twice at the start")
      written.append(copy.destination)
      begin(copy, at: place)
      finish(copy)
      for step in [0, lastStep] { use(copy.to, in: step) }
    }
  }

  /// One inference.
  mutating func run() {
    let weights = Set(plan.tensors.filter { $0.kind == .weights }.map(\.name))
    for level in MemoryLevel.allCases { contents[level]?.forget { !weights.contains($0) } }
    for name in placements.names {
      guard let first = placements.positions(of: name).min(by: isEarlier) else { continue }
      if plan.tensors[first].kind == .input { produce(first, in: 0) }
    }
    for (step, layer) in plan.layers.enumerated() { play(layer, in: step) }
    for name in placements.names {
      let positions = placements.positions(of: name)
      if positions.contains(where: { plan.tensors[$0].kind == .output }) { checkOutput(name, positions) }
    }
  }

  /// A placement begins when something is written to it and ends when it was read for the last time.
  mutating func checkIntervals() {
    for (index, tensor) in plan.tensors.enumerated() {
      let place = Place.tensor(tensor.name)
      guard let use = uses[index] else {
        findings.report(.placement, at: place, "held in \(tensor.level) from step \(tensor.firstStep) without use")
        continue
      }
      findings.expect(
        tensor.firstStep, equals: use.lowerBound, .placement, at: place, "first step in \(tensor.level)")
      findings.expect(tensor.lastStep, equals: use.upperBound, .placement, at: place, "last step in \(tensor.level)")
    }
  }

  private mutating func play(_ layer: PlannedLayer, in step: Int) {
    for transfer in layer.transfers.l3 where transfer.phase == .before {
      let place = Place.layer(layer, tensor: transfer.tensor)
      guard let copy = findings.resolve(transfer, in: step, of: placements, at: place) else { continue }
      begin(copy, at: place)
      finish(copy)
    }
    var touched = Touched()
    for operand in layer.inputs { read(operand.tensor, operand.level, of: layer, in: step, &touched) }
    if let constants = layer.constants {
      read(constants.tensor, constants.level, of: layer, in: step, &touched)
      if layer.headChunks > 0 { readHead(of: layer, constants, in: step) }
    }
    let output = placements.position(of: layer.output.tensor, in: layer.output.level, step: step)
    if let output {
      touched.add(plan.tensors[output].range, in: layer.output.level)
      clobber(plan.tensors[output].range, in: layer.output.level)
    } else {
      let place = Place.layer(layer, tensor: layer.output.tensor)
      findings.report(.presence, at: place, "has no place in \(layer.output.level) to be written to")
    }
    for buffer in layer.buffers where buffer.level == .l2 {
      touched.add(buffer.range, in: .l2)
      clobber(buffer.range, in: .l2)
    }
    let copies = startAlongside(layer, in: step, &touched)
    if let output { produce(output, in: step) }
    for copy in copies { finish(copy) }
  }

  /// Begins the transfers that run beside a layer: from bytes that are there when it starts, to bytes that neither the
  /// layer nor another of them touches.
  private mutating func startAlongside(
    _ layer: PlannedLayer, in step: Int, _ touched: inout Touched
  ) -> [ResolvedCopy] {
    var copies: [ResolvedCopy] = []
    for transfer in layer.transfers.l3 where transfer.phase == .during {
      let place = Place.layer(layer, tensor: transfer.tensor)
      guard let copy = findings.resolve(transfer, in: step, of: placements, at: place) else { continue }
      begin(copy, at: place)
      let clashes =
        touched.contains(copy.destination, in: copy.destinationLevel)
        || copies.contains { $0.clashes(with: copy) }
      findings.require(
        !clashes, .transfer, at: place, "copied to bytes that the layer or another copy uses at the same time")
      copies.append(copy)
    }
    return copies
  }

  private mutating func read(
    _ tensor: String, _ level: MemoryLevel, of layer: PlannedLayer, in step: Int, _ touched: inout Touched
  ) {
    let place = Place.layer(layer, tensor: tensor)
    guard let index = placements.position(of: tensor, in: level, step: step) else {
      return findings.report(.presence, at: place, "has no place in \(level) when the layer reads it")
    }
    touched.add(plan.tensors[index].range, in: level)
    checkPresent(plan.tensors[index].range, of: index, at: place, "bytes missing in \(level) when the layer reads it")
    use(index, in: step)
  }

  private mutating func readHead(of layer: PlannedLayer, _ constants: PlannedConstants, in step: Int) {
    guard let index = headPlacement(of: layer, constants, in: step) else { return }
    let place = Place.layer(layer, tensor: constants.tensor)
    checkPresent(plan.tensors[index].range, of: index, at: place, "bytes of the head missing when the layer begins")
    use(index, in: step)
  }

  private mutating func checkOutput(_ name: String, _ indices: [Int]) {
    guard let index = indices.first(where: { plan.tensors[$0].isHeld(in: lastStep) }) else {
      return findings.report(.presence, at: .tensor(name), "the output has no place after the last step")
    }
    checkPresent(plan.tensors[index].range, of: index, at: .tensor(name), "bytes of the output missing at the end")
    use(index, in: lastStep)
  }

  private mutating func checkPresent(_ bytes: Range<Int>, of index: Int, at place: Place, _ sentence: String) {
    let tensor = plan.tensors[index]
    let contents = contents[tensor.level] ?? MemoryContents()
    let missing = contents.missingBytes(of: tensor.name, in: bytes, base: tensor.offset)
    findings.expect(missing, atMost: 0, .presence, at: place, sentence)
  }

  private mutating func produce(_ index: Int, in step: Int) {
    let tensor = plan.tensors[index]
    write(tensor.range, of: index)
    use(index, in: step)
  }

  private mutating func write(_ bytes: Range<Int>, of index: Int) {
    let tensor = plan.tensors[index]
    contents[tensor.level, default: MemoryContents()].write(tensor.name, at: bytes, base: tensor.offset)
  }

  private mutating func clobber(_ bytes: Range<Int>, in level: MemoryLevel) {
    contents[level]?.clobber(bytes)
  }

  private mutating func begin(_ copy: ResolvedCopy, at place: Place) {
    checkPresent(copy.source, of: copy.from, at: place, "bytes missing in \(copy.sourceLevel) when they are copied")
    use(copy.from, in: copy.step)
    use(copy.to, in: copy.step)
  }

  private mutating func finish(_ copy: ResolvedCopy) { write(copy.destination, of: copy.to) }

  private mutating func use(_ index: Int, in step: Int) {
    let use = uses[index] ?? step...step
    uses[index] = min(use.lowerBound, step)...max(use.upperBound, step)
  }

  private func isEarlier(_ one: Int, _ other: Int) -> Bool {
    plan.tensors[one].firstStep < plan.tensors[other].firstStep
  }
}
