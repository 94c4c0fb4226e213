import Hardware
import NetworkIR

/// Says why nothing fits what the user has fixed of a layer.
struct PinnedShortage {
  let layer: WorkloadLayer
  let pin: LayerPin
  let l1Available: Int
  let l2Available: Int

  /// DG0520: what is pinned, and which sizes the layer can't have, or what it takes at least and what there is.
  ///
  /// `smallest` is the choice with the smallest slots, nil where no choice fits L1.
  func diagnostic(smallest: LayerChoice?) -> Diagnostic {
    let finding: (problem: String, hint: String)
    let wrong = pin.sizes(of: layer.shape).filter { !$0.isAllowed }
    if let smallest {
      finding = shortage(
        of: "L2", bytes: smallest.l2WorkBytes, list: smallest.buffers.list(.l2), available: l2Available)
    } else if !wrong.isEmpty {
      finding = refusal(of: wrong)
    } else if !layer.shape.isDirect, let buffers = TilePin(pin).smallestBuffers(of: layer.shape),
      bytes(of: buffers) > l1Available
    {
      let placed = buffers.placed(doubled: TilePin(pin).pinnedDoubled)
      finding = shortage(of: "L1", bytes: bytes(of: buffers), list: placed.list(.l1), available: l1Available)
    } else {
      finding = ("is no tiling of the layer", "remove one of them")
    }
    return Diagnostic(
      code: "DG0520", node: layer.source, op: layer.op,
      message: "what is pinned, \(pinned), \(finding.problem)", hint: finding.hint)
  }

  private func bytes(of buffers: TileBuffers) -> Int {
    buffers.bytes + buffers.bytes(of: TilePin(pin).pinnedDoubled)
  }

  private func refusal(of sizes: [PinnedSize]) -> (problem: String, hint: String) {
    let problems = sizes.map { "\($0.name) can't be \($0.value)" }
    let possible = sizes.map { size in
      "\(size.name) \(size.nearest.map { "\($0)" }.joined(separator: " or "))"
    }
    return (
      "is no tiling of the layer: \(problems.joined(separator: ", "))",
      "give \(possible.joined(separator: ", ")), or leave \(sizes.count == 1 ? "it" : "them") out"
    )
  }

  private func shortage(
    of level: String, bytes: Int, list: String, available: Int
  ) -> (problem: String, hint: String) {
    let missing = max(0, bytes - available)
    return (
      "takes \(bytes) B of \(level) at least (\(list)), \(missing) B more than the \(available) B there are",
      "pin smaller sizes, or raise the \(level) size by \(missing) B"
    )
  }

  /// The pins in the order of the plan document.
  private var pinned: String {
    var parts: [String] = []
    func add(_ name: String, _ value: (some CustomStringConvertible)?) {
      if let value { parts.append("\(name) \(value)") }
    }
    add("mode", pin.mode?.rawValue)
    add("stripe.rows", pin.stripe?.rows)
    add("stripe.channels", pin.stripe?.channels)
    add("tile.height", pin.tile?.height)
    add("tile.width", pin.tile?.width)
    add("tile.outputChannels", pin.tile?.outputChannels)
    add("tile.inputChannels", pin.tile?.inputChannels)
    add("loopOrder", pin.loopOrder?.rawValue)
    add("split", pin.split?.rawValue)
    for buffer in pin.buffers ?? [] {
      let times = buffer.count.map { " \($0) times" } ?? ""
      parts.append("\(buffer.operand.rawValue) in \(buffer.level.rawValue)\(times)")
    }
    return parts.joined(separator: ", ")
  }
}
