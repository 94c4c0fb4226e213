import NetworkIR

/// What a target file must contain: one literal table, from which every message is made.
enum TargetSchema {
  /// A number of the file.
  struct Field: Equatable, Sendable {
    /// Keys from the outermost to the innermost, joined by dots.
    var path: String
    /// Accepted values.
    var range: ClosedRange<Int>
    /// Sizes that addresses are counted in are multiples of 4.
    var step = 1
    /// What the hardware finds by taking bits of an address.
    var isPowerOfTwo = false

    /// The end of a hint where the object of the field may be left out.
    private var omission: String {
      let object = path.split(separator: ".").dropLast().joined(separator: ".")
      return TargetSchema.optionalObjects.contains(object) ? ", or leave '\(object)' out" : ""
    }

    /// Nothing, or the one thing that is wrong with `value`.
    func diagnostics(value: Int, fileName: String, subject: String? = nil) -> [Diagnostic] {
      let subject = subject ?? "'\(path)'"
      if !range.contains(value) {
        return [
          Diagnostic(
            code: "DG0405", file: fileName,
            message: "\(subject) is \(value), outside \(range.lowerBound) to \(range.upperBound)",
            hint: "give a value in that range" + omission)
        ]
      }
      if isPowerOfTwo && value.nonzeroBitCount != 1 {
        let below = 1 << (Int.bitWidth - 1 - value.leadingZeroBitCount)
        return [
          Diagnostic(
            code: "DG0405", file: fileName, message: "\(subject) is \(value), which is no power of two",
            hint: "give \(below) or \(2 * below)")
        ]
      }
      guard value % step != 0 else { return [] }
      return [
        Diagnostic(
          code: "DG0405", file: fileName, message: "\(subject) is \(value), which is no multiple of \(step)",
          hint: "give \(value / step * step) or \((value / step + 1) * step)")
      ]
    }
  }

  /// Texts of the file.
  static let texts = ["name", "description"]
  /// Objects that may be left out.
  static let optionalObjects: Set<String> = ["flash", "flash.write", "ram.write"]

  private static let duration = 0...1_000_000_000
  private static let cycles = 0...1_000_000
  private static let percent = 100...10_000

  /// Every number that a file may contain. Upper bounds catch a wrong unit; they are far above any chip of the kind.
  static let fields: [Field] = chip + reductions + elementwise + dense + columns + surroundings

  private static let chip: [Field] = [
    Field(path: "cores", range: 1...64),
    Field(path: "clocks.clusterHertz", range: 1_000...4_000_000_000),
    Field(path: "clocks.fabricHertz", range: 1_000...4_000_000_000),
    Field(path: "l1.bytes", range: 1_024...1 << 26, step: 4),
    Field(path: "l1.masterStackBytes", range: 0...1 << 20, step: 16),
    Field(path: "l1.workerStackBytes", range: 0...1 << 20, step: 16),
    Field(path: "l1.sdkReserveBytes", range: 0...1 << 20, step: 4),
    Field(path: "l2.bytes", range: 1_024...1 << 30, step: 4),
    Field(path: "l2.sdkReserveBytes", range: 0...1 << 30, step: 4),
    Field(path: "l2.userReserveBytes", range: 0...1 << 30, step: 4),
    Field(path: "ram.bytes", range: 1_024...1 << 32, step: 4),
    Field(path: "ram.burstBytes", range: 1...1 << 20),
    Field(path: "ram.read.firstBurstNanoseconds", range: duration),
    Field(path: "ram.read.nextBurstNanoseconds", range: duration),
    Field(path: "ram.write.firstBurstNanoseconds", range: duration),
    Field(path: "ram.write.nextBurstNanoseconds", range: duration),
    Field(path: "flash.bytes", range: 1_024...1 << 32, step: 4),
    Field(path: "flash.burstBytes", range: 1...1 << 20),
    Field(path: "flash.read.firstBurstNanoseconds", range: duration),
    Field(path: "flash.read.nextBurstNanoseconds", range: duration),
    Field(path: "flash.write.firstBurstNanoseconds", range: duration),
    Field(path: "flash.write.nextBurstNanoseconds", range: duration),
    Field(path: "dma.bytesPerCycle", range: 1...1_024),
    Field(path: "dma.commandCycles", range: cycles),
    Field(path: "dma.latencyCycles", range: cycles),
    Field(path: "dma.lineCycles", range: cycles),
    Field(path: "kernels.matmulStepCycles", range: cycles),
    Field(path: "kernels.matmulBlockCycles", range: cycles),
    Field(path: "kernels.pixelPairCycles", range: cycles),
    Field(path: "kernels.partialSumCycles", range: cycles),
    Field(path: "kernels.windowWordCycles", range: cycles),
    Field(path: "kernels.windowRowCycles", range: cycles),
    Field(path: "kernels.fullyConnectedWordCycles", range: cycles),
    Field(path: "kernels.fullyConnectedBlockCycles", range: cycles),
    Field(path: "kernels.depthwiseColumnCycles", range: cycles),
    Field(path: "kernels.depthwiseInputRowCycles", range: cycles),
    Field(path: "kernels.depthwiseOutputCycles", range: cycles),
    Field(path: "kernels.depthwiseWordCycles", range: cycles),
    Field(path: "kernels.tableSoftmaxElementCycles", range: cycles),
    Field(path: "kernels.argumentMaximumElementCycles", range: cycles),
    Field(path: "kernels.l2AccessCycles", range: cycles),
    Field(path: "kernels.directElementCycles", range: cycles),
    Field(path: "kernels.launchCycles", range: cycles),
    Field(path: "kernels.contentionPercent", range: percent),
  ]

  private static let elementwise =
    kernel("words", ["tileCycles"] + WordLoop.allCases.map { "\($0.rawValue)Cycles" })
    + kernel(
      "elements",
      [
        "tileCycles", "positionCycles", "additionCycles", "multiplicationCycles", "extremumCycles", "pairwiseCycles",
        "rescaleCycles", "lookupCycles", "wideAdditionCycles", "wideMultiplicationCycles",
      ])

  private static let reductions =
    kernel(
      "pools",
      [
        "tileCycles", "blockCycles", "rowCycles", "twoCycles", "threeCycles", "sharedCycles", "positionCycles",
        "maximumWordCycles", "maximumRowCycles", "maximumPairCycles", "averageWordCycles", "meanWordCycles",
        "sumWordCycles", "wideSumWordCycles", "windowRowCycles", "pairCycles", "elementCycles",
      ])
    + [Field(path: "kernels.pools.contentionPercent", range: percent)]
    + kernel("softmax", ["tileCycles", "positionCycles", "exponentialCycles", "codeCycles", "resultCycles"])

  private static let dense =
    kernel(
      "dense",
      [
        "tileCycles", "pointTileCycles", "singleTileCycles", "runCycles", "gatherWordCycles",
        "gatherLongWordCycles", "partialGroupCycles", "stepCycles", "stepPixelCycles", "stepPairCycles",
        "segmentedGroupCycles", "segmentCycles",
      ])
    + ["rq32", "rq32c", "rqh", "rq64", "rq64s"].flatMap { finish("fused.\($0)") }
    + (["raw", "partial"] + RequantizationForm.allCases.map(\.rawValue)).flatMap { finish("apart.\($0)") }
    + kernel("dense.apart", ["exceptionCycles", "thresholdCycles"])
    + [Field(path: "kernels.dense.contentionPercent", range: percent)]

  private static let columns =
    kernel("columns", ["tileCycles"]) + ["pairs", "singles"].flatMap(strips)
    + kernel("columns.any", ["runCycles", "groupCycles", "windowCycles", "kernelRowCycles", "wordCycles"])
    + kernel("columns.any.codes", RequantizationForm.allCases.map { "\($0.rawValue)Cycles" })
    + kernel("columns.any.codes", ["rawCycles", "exceptionCycles", "thresholdCycles"])
    + [Field(path: "kernels.columns.contentionPercent", range: percent)]

  private static let surroundings: [Field] = [
    Field(path: "overheads.tileCycles", range: cycles),
    Field(path: "overheads.layerCycles", range: cycles),
    Field(path: "overheads.fetch.runtimeCycles", range: cycles),
    Field(path: "overheads.fetch.denseCycles", range: cycles),
    Field(path: "overheads.fetch.singleCycles", range: cycles),
    Field(path: "overheads.fetch.columnsCycles", range: cycles),
    Field(path: "overheads.fetch.elementwiseCycles", range: cycles),
    Field(path: "overheads.fetch.poolingCycles", range: cycles),
    Field(path: "overheads.fetch.softmaxCycles", range: cycles),
    Field(path: "overheads.fetch.plainCycles", range: cycles),
    Field(path: "overheads.fetch.directCycles", range: cycles),
    Field(path: "simulation.tcdmBanks", range: 1...64, isPowerOfTwo: true),
    Field(path: "simulation.l2LatencyCycles", range: 1...1_000),
    Field(path: "simulation.barrierCycles", range: 1...1_000),
    Field(path: "simulation.dmaQueue", range: 1...1_024),
    Field(path: "simulation.instructionCache.bytes", range: 0...1 << 20),
    Field(path: "simulation.instructionCache.lineBytes", range: 4...256, isPowerOfTwo: true),
    Field(path: "simulation.instructionCache.ways", range: 1...64),
    Field(path: "simulation.instructionCache.refillCycles", range: 1...10_000),
  ]

  private static func strips(_ name: String) -> [Field] {
    kernel("columns.\(name)", ["runCycles", "channelCycles", "oddRowCycles"])
      + ["stride1", "stride2"].flatMap { stride in
        kernel(
          "columns.\(name).\(stride)", ["stripCycles", "rq32RowCycles", "rq32cRowCycles", "rqhRowCycles"])
      }
  }

  private static func finish(_ name: String) -> [Field] { kernel("dense.\(name)", ["groupCycles", "pixelCycles"]) }

  private static func kernel(_ name: String, _ figures: [String]) -> [Field] {
    figures.map { Field(path: "kernels.\(name).\($0)", range: cycles) }
  }

  /// The field of that path, which must be in the table.
  static func field(_ path: String) -> Field {
    guard let field = fields.first(where: { $0.path == path }) else { preconditionFailure("no field '\(path)'") }
    return field
  }

  /// Every problem of a document, in the order of the table, then unknown keys in alphabetical order.
  static func diagnostics(for document: JSONValue, fileName: String) -> [Diagnostic] {
    guard case .object = document else {
      return [
        Diagnostic(
          code: "DG0402", file: fileName, message: "the document is \(document.kind), not an object",
          hint: "start from a copy of gap8.json")
      ]
    }
    var values: [String: JSONValue] = [:]
    collect(document, path: "", into: &values)
    var findings: [Diagnostic] = []
    for path in texts {
      findings += textDiagnostics(values[path], path: path, fileName: fileName)
    }
    for field in fields where !isLeftOut(field.path, of: values) {
      findings += numberDiagnostics(values[field.path], field: field, fileName: fileName)
    }
    let known = Set(texts + fields.map(\.path) + fields.flatMap { ancestors(of: $0.path) })
    for path in values.keys.sorted() where !known.contains(path) {
      findings.append(
        Diagnostic(
          code: "DG0403", file: fileName, message: "'\(path)' is no key of a target",
          hint: "remove it, or correct its spelling"))
    }
    return findings
  }

  private static func textDiagnostics(_ value: JSONValue?, path: String, fileName: String) -> [Diagnostic] {
    if case .text(let text)? = value, !text.isEmpty { return [] }
    return [
      Diagnostic(
        code: "DG0404", file: fileName,
        message: value.map { "'\(path)' is \($0.kind), not a string with something in it" } ?? "'\(path)' is missing",
        hint: "add it: a target has a name and a description")
    ]
  }

  private static func numberDiagnostics(_ value: JSONValue?, field: Field, fileName: String) -> [Diagnostic] {
    if case .integer(let number)? = value { return field.diagnostics(value: number, fileName: fileName) }
    let problem = value.map { "is \($0.kind), not a whole number" } ?? "is missing"
    return [
      Diagnostic(
        code: "DG0404", file: fileName, message: "'\(field.path)' \(problem)",
        hint: "give a whole number from \(field.range.lowerBound) to \(field.range.upperBound)")
    ]
  }

  /// True where an object that contains the path may be left out, and is.
  private static func isLeftOut(_ path: String, of values: [String: JSONValue]) -> Bool {
    ancestors(of: path).contains { optionalObjects.contains($0) && (values[$0] ?? .null) == .null }
  }

  /// `a.b.c` gives `a` and `a.b`.
  private static func ancestors(of path: String) -> [String] {
    let keys = path.split(separator: ".")
    return (1..<keys.count).map { keys[..<$0].joined(separator: ".") }
  }

  /// Puts down every value under its path, objects included.
  private static func collect(_ document: JSONValue, path: String, into values: inout [String: JSONValue]) {
    if !path.isEmpty { values[path] = document }
    guard case .object(let members) = document else { return }
    for (key, value) in members { collect(value, path: path.isEmpty ? key : "\(path).\(key)", into: &values) }
  }
}
