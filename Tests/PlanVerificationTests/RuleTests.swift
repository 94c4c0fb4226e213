import NetworkIR
import PlanVerification
import Testing

/// One fault at a time, and the rule that must find it.
struct RuleTests {
  typealias Rule = PlanViolation.Rule

  /// A plan, what is done to it, and the rule that objects.
  struct Fault: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var plan: String
    var rule: Rule
    var change: @Sendable (inout DeploymentPlan) -> Void

    init(_ name: String, in plan: String, _ rule: Rule, _ change: @escaping @Sendable (inout DeploymentPlan) -> Void) {
      self.testDescription = name
      self.plan = plan
      self.rule = rule
      self.change = change
    }
  }

  static let faults = [
    Fault("a version from the future", in: "full", .document) { $0.version += 1 },
    Fault("a negative size", in: "full", .range) { $0.tensors[0].bytes = -4 },
    Fault("a product that overflows", in: "full", .range) {
      $0.tensors[0].shape = Shape(height: 1 << 30, width: 1 << 30, channels: 1 << 30)
    },
    Fault("a reserve that is not subtracted", in: "full", .budget) { $0.budgets[1].items[0].bytes += 4 },
    Fault("an address that is not aligned", in: "full", .placement) { $0.tensors[0].offset -= 2 },
    Fault("a tensor that is held too long", in: "paged", .placement) { $0.tensors[0].lastStep = 1 },
    Fault("two tensors at the same bytes", in: "streamed", .overlap) { $0.tensors[1].offset = 224 },
    Fault("slots over a window of weights", in: "streamed", .overlap) { $0.layers[1].buffers[3].offset = 156 },
    Fault("two buffers at the same bytes", in: "full", .overlap) { $0.layers[0].buffers[1].offset = 124 },
    Fault("padding on one more side", in: "full", .geometry) { $0.layers[0].geometry.padding.top = 2 },
    Fault("a tile that cuts a group", in: "striped", .tiling) { $0.layers[0].tile.inputChannels = 1 },
    Fault("a softmax in parts", in: "paged", .tiling) { $0.layers[3].tile.outputChannels = 1 },
    Fault("an output stripe between words", in: "striped", .tiling) { $0.layers[1].stripe.rows = 3 },
    Fault("a halo that does not fit", in: "striped", .buffer) { $0.layers[0].buffers[3].bytes = 120 },
    Fault("no accumulator for passes", in: "full", .buffer) { $0.layers[0].buffers.removeLast() },
    Fault("an accumulator for one pass", in: "full", .buffer) {
      $0.layers[1].buffers.append(
        PlannedBuffer(operand: .accumulator, level: .l1, offset: 0, bytes: 16, count: 1))
    },
    Fault("a second slot for what never changes", in: "streamed", .buffer) { $0.layers[0].buffers[0].count = 2 },
    Fault("constants without their padding", in: "striped", .constants) { $0.layers[0].constants?.bytes = 240 },
    Fault("weights that are never loaded", in: "full", .presence) { $0.initialTransfers.removeFirst() },
    Fault("half of a prefetch", in: "streamed", .presence) { $0.layers[1].transfers.l3.removeAll() },
    Fault("weights that arrive with their layer", in: "streamed", .presence) {
      $0.layers[0].transfers.l3[0].phase = .during
    },
    Fault("half of a head", in: "headed", .presence) { $0.layers[1].transfers.l3.removeLast() },
    Fault("a head in the second slot", in: "headed", .placement) {
      $0.layers[2].buffers[3].offset = 80
    },
    Fault("a head of more chunks than slots", in: "headed", .constants) { $0.layers[2].constants?.headChunks = 3 },
    Fault("a head that is shorter than its slot", in: "headed", .constants) { $0.layers[2].buffers[3].bytes = 84 },
    Fault("a head that is fetched a second time", in: "headed", .totals) { $0.layers[2].transfers.l3ReadBytes = 160 },
    Fault("a head without a place before its layer", in: "headed", .presence) { $0.tensors.removeLast() },
    Fault("a head of constants that are whole in L2", in: "headed", .constants) {
      $0.layers[0].constants?.headChunks = 1
    },
    Fault("weights over a head", in: "headed", .overlap) { $0.tensors[7].offset = 40 },
    Fault("more slots than a runtime has requests for", in: "headed", .range) { $0.layers[2].buffers[3].count = 9 },
    Fault("a page-in that never happened", in: "paged", .presence) { $0.layers[3].transfers.l3.removeAll() },
    Fault("a page-in of what never left", in: "paged", .presence) { $0.layers[1].transfers.l3.removeAll() },
    Fault("pinned weights that the first run overwrites", in: "full", .presence) {
      // Nothing else stands in the way: the tensor claims to be gone after step 0, and y is written there.
      $0.tensors[4].lastStep = 0
      $0.tensors[2].offset = 1_968
    },
    Fault("a copy beyond its tensor", in: "paged", .transfer) { $0.layers[1].transfers.l3[0].bytes = 36 },
    Fault("a copy of other bytes", in: "streamed", .transfer) { $0.layers[1].transfers.l3[0].l3Offset -= 4 },
    Fault("a sum that is off by one", in: "full", .totals) { $0.totals.l2l1ReadBytes += 1 },
    Fault("a peak that is too low", in: "full", .totals) { $0.totals.l1PeakBytes -= 4 },
    Fault("a step faster than its kernels", in: "full", .cycles) { $0.layers[0].cycles.compute = 2_000 },
    Fault("a bound above the plan", in: "full", .cycles) { $0.solver.bound += 2 },
    Fault("no item for tables", in: "direct", .budget) { $0.budgets[1].items[1].name = "table" },
    Fault("channels that are not counted", in: "full", .geometry) {
      $0.layers[0].requantization?.cheapestForms[0].channels = 7
    },
    Fault("a form counted twice", in: "full", .geometry) {
      $0.layers[0].requantization?.cheapestForms = [.init(form: .rq32, channels: 4), .init(form: .rq32, channels: 4)]
    },
    Fault("a channel whose form is wider than the layer's", in: "full", .geometry) {
      $0.layers[0].requantization?.cheapestForms = [.init(form: .rq32, channels: 7), .init(form: .rq64, channels: 1)]
    },
    Fault("entries of a form that has none", in: "full", .geometry) {
      $0.layers[0].requantization?.entriesPerChannel = 1
    },
    Fault("accumulators that do not occur", in: "full", .geometry) {
      $0.layers[0].requantization?.accumulatorHigh = -1
    },
    Fault("a view that moves packed elements", in: "direct", .document) {
      $0.layers[1].inputs[0].shape = Shape(height: 4, width: 16, channels: 1)
    },
    Fault("a tile that ends within a byte", in: "direct", .tiling) {
      $0.layers[1].tile.outputChannels = 3
      $0.layers[1].tile.inputChannels = 3
    },
    Fault("a buffer in L1 of a layer that works in L2", in: "direct", .buffer) {
      $0.layers[2].buffers.append(PlannedBuffer(operand: .input0, level: .l1, offset: 0, bytes: 64, count: 1))
    },
    Fault("half of a stripe in L2", in: "direct", .tiling) { $0.layers[0].tile.height = 1 },
    Fault("a product of matrices in stripes", in: "direct", .tiling) {
      $0.layers[2].mode = .activationsStriped
      $0.layers[2].output.level = .l3
    },
    Fault("rows of a moved map that do not correspond", in: "direct", .geometry) {
      $0.layers[0].inputs[0].shape = Shape(height: 2, width: 4, channels: 5)
    },
    Fault("tables with weights", in: "direct", .constants) { $0.layers[1].constants?.weightBits = 8 },
    Fault("matrices that do not fit each other", in: "direct", .geometry) {
      $0.layers[2].inputs[1].shape = Shape(height: 4, width: 4, channels: 4)
    },
    Fault("figures of another chip", in: "full", .target) { $0.target.figures.name = "gap9" },
    Fault("more cores than the figures have", in: "full", .target) { $0.target.cores = 4 },
    Fault("a clock that stands still", in: "full", .range) { $0.target.figures.clocks.clusterHertz = 0 },
    Fault("stacks that are not those of the figures", in: "full", .budget) {
      $0.target.figures.l1.workerStackBytes = 16
    },
    Fault("a budget for a flash that is not there", in: "flash", .budget) { $0.target.figures.flash = nil },
    Fault("no budget for the flash", in: "flash", .budget) { $0.budgets.removeLast() },
    Fault("a movement that says nothing of its rows", in: "direct", .geometry) {
      $0.layers[0].geometry.isRowwise = nil
    },
    Fault("stripes across rows", in: "direct", .tiling) { $0.layers[0].geometry.isRowwise = false },
    Fault("rows of a lookup that are moved", in: "direct", .geometry) { $0.layers[1].geometry.isRowwise = true },
    Fault("an activation in flash", in: "flash", .placement) { $0.tensors[0].level = .flash },
    Fault("constants with two homes", in: "flash", .document) {
      var second = $0.tensors[9]
      (second.level, second.offset) = (.l3, 160)
      $0.tensors.append(second)
    },
    Fault("constants that stream from where they do not live", in: "flash", .document) {
      $0.layers[1].constants?.level = .l3
    },
    Fault("constants in RAM at power-up", in: "flash", .document) { $0.objective = .cold },
    Fault("two constants at the same bytes of flash", in: "flash", .overlap) { $0.tensors[10].offset = 96 },
    Fault("constants past the end of the flash", in: "flash", .placement) { $0.tensors[12].offset = 324 },
    Fault("a copy from the other memory", in: "flash", .transfer) { $0.layers[2].transfers.l3[0].memory = .l3 },
    Fault("a copy within L2", in: "flash", .transfer) { $0.layers[2].transfers.l3[0].memory = .l2 },
    Fault("a page-out to flash", in: "paged", .transfer) { $0.layers[1].transfers.l3[0].memory = .flash },
    Fault("in place with another operator", in: "flash", .overlap) { $0.layers[3].op = "softmax" },
    Fault("in place over a part", in: "flash", .overlap) { $0.tensors[4].offset = 68 },
    Fault("in place over an input that lives on", in: "flash", .overlap) { $0.tensors[3].lastStep = 4 },
    Fault("in place over what is read again", in: "flash", .presence) {
      // `b` ends where `a` is overwritten, although the sum still needs `a`.
      $0.tensors[1].lastStep = 3
      $0.layers[3].inputs[0].tensor = "a"
      $0.tensors[4].offset = 32
    },
    Fault("in place in stripes", in: "flash", .overlap) { $0.layers[3].mode = .activationsStriped },
    Fault("in place with more bytes a pixel", in: "flash", .overlap) {
      $0.layers[3].output.type = .int16
      $0.tensors[4].type = .int16
    },
    Fault("in place while the input is copied out", in: "flash", .presence) {
      $0.layers[3].transfers.l3 = [
        L3Transfer(kind: .pageOut, tensor: "c", phase: .during, l3Offset: 0, l2Offset: 64, bytes: 32)
      ]
      var home = $0.tensors[3]
      (home.level, home.offset, home.firstStep) = (.l3, 160, 3)
      $0.tensors.append(home)
    },
    Fault("a tile that lies in two groups", in: "flash", .tiling) { $0.layers[5].tile.outputChannels = 3 },
    Fault("a chunk that lies in two groups", in: "flash", .tiling) { $0.layers[5].stripe.channels = 6 },
    Fault("half of a group's inputs", in: "flash", .tiling) { $0.layers[5].tile.inputChannels = 2 },
    Fault("the inputs of a group copied twice", in: "flash", .totals) { $0.layers[5].transfers.l2l1ReadBytes += 32 },
    Fault("a gap that is no number", in: "full", .cycles) { $0.solver.gap = .nan },
    Fault("interleaved constants of a depthwise convolution", in: "striped", .constants) {
      $0.layers[0].constants?.order = .interleaved
    },
    Fault("grouped constants in the plain order", in: "full", .constants) {
      $0.layers[0].constants?.order = .plain
      $0.layers[0].split = .rows
    },
    Fault("interleaved constants of groups", in: "flash", .constants) {
      $0.layers[5].constants?.order = .interleaved
    },
    Fault("columns of a dense convolution", in: "full", .constants) { $0.layers[0].constants?.order = .columns },
    Fault("interleaved weights of 4 bits", in: "full", .constants) { $0.layers[0].constants?.weightBits = 4 },
    Fault("interleaved constants for packed codes", in: "full", .constants) { $0.layers[0].inputs[0].type = .uint4 },
    Fault("interleaved constants for 16 bits of output", in: "full", .constants) {
      $0.layers[0].output.type = .int16
    },
    Fault("interleaved constants for 32 bits of a requantized output", in: "streamed", .constants) {
      $0.layers[0].output.type = .int32
    },
    Fault("a window of too many segments", in: "full", .constants) {
      $0.layers[0].geometry.kernel = Extent(height: 65, width: 1)
    },
    Fault("a window with too high columns", in: "striped", .constants) {
      $0.layers[0].geometry.kernel = Extent(height: 9, width: 3)
    },
    Fault("a tile that cuts four channels", in: "full", .tiling) { $0.layers[0].tile.outputChannels = 6 },
    Fault("a chunk that cuts four channels", in: "streamed", .tiling) { $0.layers[1].stripe.channels = 6 },
    Fault("parameters beside the blocks that hold them", in: "full", .buffer) {
      $0.layers[1].buffers.append(PlannedBuffer(operand: .parameters, level: .l1, offset: 1_500, bytes: 4, count: 1))
    },
    Fault("an input tile without its border", in: "striped", .buffer) { $0.layers[0].buffers[0].bytes = 60 },
    Fault("cores told how to share", in: "full", .tiling) { $0.layers[0].split = .channels },
    Fault("cores not told how to share", in: "flash", .tiling) { $0.layers[5].split = .grid },
  ]

  @Test(arguments: faults)
  func `a fault is found by its rule`(fault: Fault) {
    var plan = ValidPlans.plan(fault.plan)
    fault.change(&plan)
    let rules = PlanVerifier.violations(in: plan).map(\.rule)
    #expect(rules.contains(fault.rule), "\(rules)")
  }

  @Test
  func `a network of another kind is refused`() throws {
    let violations = PlanVerifier.violations(in: ValidPlans.plan("full"), network: try ValidNetworks.network("paged"))
    #expect(violations.contains { $0.rule == .network })
  }

  @Test
  func `a hostile number never traps`() throws {
    let extremes = [Int.max, Int.min, Int.max / 2, 1 << 40, 1 << 31, 1 << 20, -1, 0]
    for name in ValidPlans.names {
      let tree = try JSONTree(encoding: ValidPlans.plan(name))
      for extreme in extremes {
        // Everything at once, then all numbers of one name.
        var fields: Set<String> = [""]
        tree.forEachPart { path, part in
          // All plans are for the same chip.
          let isRepeated = path.contains(.name("figures")) && name != "flash"
          if case .integer = part, case .name(let field)? = path.last, !isRepeated { fields.insert(field) }
        }
        for field in fields.sorted() {
          let changed = tree.replacingIntegers(named: field, by: extreme)
          guard let plan = try? changed.decoded(as: DeploymentPlan.self) else { continue }
          let violations = PlanVerifier.violations(in: plan)
          #expect(!field.isEmpty || !violations.isEmpty, "\(name): all numbers \(extreme)")
        }
      }
    }
  }
}

extension JSONTree {
  /// The tree with the integers of one name replaced, or all of them where the name is empty.
  fileprivate func replacingIntegers(named name: String, by value: Int, inside: String = "") -> JSONTree {
    switch self {
    case .integer: name.isEmpty || inside == name ? .integer(value) : self
    case .array(let elements):
      .array(elements.map { $0.replacingIntegers(named: name, by: value, inside: inside) })
    case .object(let members):
      .object(
        members.reduce(into: [:]) { result, member in
          result[member.key] = member.value.replacingIntegers(named: name, by: value, inside: member.key)
        })
    case .null, .boolean, .number, .string: self
    }
  }
}
