import NetworkIR
import Testing

@testable import Hardware

@Suite struct TargetTests {
  @Test func `the built-in targets are gap8 and the simulated cluster`() throws {
    #expect(Target.builtin.map(\.name) == ["gap8", "cluster"])
    #expect(try Target.named("cluster").cores == 8)
    let refusal = #expect(throws: Refusal.self) { try Target.named("gap9") }
    #expect(refusal?.diagnostics.map(\.code) == ["DG0401"])
    #expect(refusal?.diagnostics[0].hint?.contains("'gap8', 'cluster'") == true)
  }

  @Test func `stacks and code come off the capacity of gap8`() throws {
    let budgets = try Target.named("gap8").budgets()
    #expect(budgets.map(\.level) == [.l1, .l2, .l3, .flash])
    #expect(budgets.map(\.capacityBytes) == [65_536, 524_288, 8_388_544, 66_060_288])
    #expect(budgets.map(\.availableBytes) == [55_680, 485_376, 8_388_544, 66_060_288])
    for budget in budgets {
      #expect(budget.items.reduce(0) { $0 + $1.bytes } == budget.capacityBytes - budget.availableBytes)
    }
  }

  @Test func `a program comes off L2 alone`() throws {
    let target = try Target.named("gap8")
    let budgets = target.budgets(for: ProgramBytes(code: 40_000, tables: 1_000))
    #expect(budgets.map(\.availableBytes) == [55_680, 444_376, 8_388_544, 66_060_288])
    #expect(budgets[1].items.map(\.name) == ["code", "tables", "sdk", "reserve"])
    #expect(target.availableBytes(.l2, for: ProgramBytes(code: 0, tables: 500_000)) == -14_624)
  }

  @Test func `a file with comments reads as the target that it describes`() throws {
    let target = try Target(json: PackageResources.gap8_json, fileName: "my.json")
    #expect(try target == Target.named("gap8"))
  }

  @Test func `every problem of a file is reported at once`() throws {
    let gap8 = String(decoding: PackageResources.gap8_json, as: UTF8.self)
    let broken = gap8.replacing("cores: 8,", with: "cores: -8, colour: 'red',")
      .replacing("workerStackBytes: 1024", with: "workerStackBytes: 1023")
      .replacing("lineCycles: 1 ", with: "lineCycles: 'one' ")
      .replacing("launchCycles: 20,", with: "")
      .replacing("name: \"gap8\",", with: "")
    let refusal = #expect(throws: Refusal.self) { try Target(json: Array(broken.utf8), fileName: "my.json") }
    let found = refusal?.diagnostics ?? []
    #expect(found.map(\.code) == ["DG0404", "DG0405", "DG0405", "DG0404", "DG0404", "DG0403"])
    #expect(found.allSatisfy { $0.file == "my.json" && $0.hint != nil })
    let keys = ["'name' is missing", "'cores' is -8", "1023", "'dma.lineCycles'", "'kernels.launchCycles'", "'colour'"]
    for (diagnostic, key) in zip(found, keys) { #expect(diagnostic.message.contains(key), "\(diagnostic)") }
  }

  /// 16 KiB in lines of 16 B and 4 ways are 256 sets; 12 KiB are 192, which no bits of an address count.
  @Test(arguments: [(16_384, []), (64, []), (0, []), (12_288, ["DG0407"]), (16_400, ["DG0407"]), (32, ["DG0407"])])
  func `an instruction cache has a power of two of sets, or none`(bytes: Int, codes: [String]) {
    let gap8 = String(decoding: PackageResources.gap8_json, as: UTF8.self)
    let text = gap8.replacing("bytes: 16384", with: "bytes: \(bytes)")
    var found: [String] = []
    do throws(Refusal) {
      _ = try Target(json: Array(text.utf8), fileName: "my.json")
    } catch {
      found = error.diagnostics.map(\.code)
    }
    #expect(found == codes)
  }

  @Test func `banks and lines are powers of two`() {
    let gap8 = String(decoding: PackageResources.gap8_json, as: UTF8.self)
    let text = gap8.replacing("tcdmBanks: 16", with: "tcdmBanks: 12")
    let refusal = #expect(throws: Refusal.self) { try Target(json: Array(text.utf8), fileName: "my.json") }
    #expect(refusal?.diagnostics.map(\.hint) == ["give 8 or 16"])
  }

  @Test(arguments: ["", "[]", "{", "12", "null"])
  func `what is no object is refused`(text: String) {
    let refusal = #expect(throws: Refusal.self) { try Target(json: Array(text.utf8), fileName: "my.json") }
    #expect(refusal?.diagnostics.map(\.code) == ["DG0402"])
  }

  @Test(arguments: [[0xFF], [0xC3], [0xE2, 0x82], [0xED, 0xA0, 0x80]] as [[UInt8]], ["\n  cores", "//", "\"gap8"])
  func `bytes that are not UTF-8 are refused, in a key, a comment or a text`(bytes: [UInt8], place: String) {
    let gap8 = Array(PackageResources.gap8_json)
    let split = gap8.firstRange(of: Array(place.utf8))?.upperBound ?? 0
    #expect(split > 0)
    let broken = gap8[..<split] + bytes + gap8[split...]
    let refusal = #expect(throws: Refusal.self) { try Target(json: Array(broken), fileName: "my.json") }
    #expect(refusal?.diagnostics.map(\.code) == ["DG0402"])
  }

  @Test func `the flash may be left out and half of it may not`() throws {
    let gap8 = String(decoding: PackageResources.gap8_json, as: UTF8.self)
    let withoutFlash = gap8.replacing("flash: {", with: "flash: null, unused: {")
    let refusal = #expect(throws: Refusal.self) { try Target(json: Array(withoutFlash.utf8), fileName: "a.json") }
    #expect(refusal?.diagnostics.allSatisfy { $0.code == "DG0403" && $0.message.contains("'unused") } == true)
    let half = gap8.replacing("bytes: 66060288,", with: "")
    let second = #expect(throws: Refusal.self) { try Target(json: Array(half.utf8), fileName: "a.json") }
    #expect(second?.diagnostics.map(\.message) == ["'flash.bytes' is missing"])
  }

  @Test func `a flash of nothing is refused as one that may be left out`() throws {
    let gap8 = String(decoding: PackageResources.gap8_json, as: UTF8.self)
    let empty = gap8.replacing("bytes: 66060288,", with: "bytes: 0,")
    let refusal = #expect(throws: Refusal.self) { try Target(json: Array(empty.utf8), fileName: "a.json") }
    #expect(refusal?.diagnostics.map(\.message) == ["'flash.bytes' is 0, outside 1024 to 4294967296"])
    #expect(refusal?.diagnostics.first?.hint == "give a value in that range, or leave 'flash' out")
  }

  @Test func `a target without flash has no budget for it`() throws {
    var target = try Target.named("gap8")
    target.flash = nil
    #expect(target.budgets().map(\.level) == [.l1, .l2, .l3])
    #expect(target.availableBytes(.flash) == 0)
  }

  @Test func `the command line overrides sizes and cores`() throws {
    let target = try Target.named("gap8").overriding(l1Bytes: 32_768, l2Bytes: 262_144, cores: 4)
    let planned = PlannedTarget(target)
    #expect([planned.l1Bytes, planned.l2Bytes, planned.l3Bytes, planned.cores] == [32_768, 262_144, 8_388_544, 4])
    #expect(planned.name == "gap8" && planned.figures == target)
    #expect(target.availableBytes(.l1) == 32_768 - 2_432 - 3 * 1_024 - 256)
  }

  @Test func `overrides that leave nothing are refused with both numbers`() throws {
    let target = try Target.named("gap8")
    let small = #expect(throws: Refusal.self) { try target.overriding(l1Bytes: 8_192, l2Bytes: 36_864) }
    #expect(small?.diagnostics.map(\.code) == ["DG0406", "DG0406"])
    #expect(small?.diagnostics.first?.message.contains("8192 B") == true)
    let absurd = #expect(throws: Refusal.self) { try target.overriding(l1Bytes: -1, l2Bytes: 3, cores: 0) }
    #expect(absurd?.diagnostics.map(\.code) == ["DG0405", "DG0405", "DG0405"])
    let odd = #expect(throws: Refusal.self) { try target.overriding(l2Bytes: 300_001) }
    #expect(odd?.diagnostics.first?.hint == "give 300000 or 300004")
  }

  @Test(arguments: UInt64(1)...4)
  func `a damaged target file is read or refused`(seed: UInt64) {
    let gap8 = PackageResources.gap8_json
    let tokens = [
      "-1", "0", "1e400", "9223372036854775807", "-9223372036854775808", "null", "{}", "[", "'", "//", "NaN",
    ]
    var generator = SplitMix64(seed: seed)
    for round in 0..<300 {
      var bytes = gap8
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let start = Int.random(in: bytes.indices, using: &generator)
        let digits = bytes[start...].firstIndex { (0x30...0x39).contains($0) } ?? start
        let rest = bytes[digits...].firstIndex { !(0x30...0x39).contains($0) } ?? bytes.count
        let token = tokens[Int.random(in: tokens.indices, using: &generator)]
        bytes.replaceSubrange(Bool.random(using: &generator) ? digits..<rest : start..<start + 1, with: token.utf8)
      }
      do throws(Refusal) {
        let target = try Target(json: bytes, fileName: "my.json")
        #expect(target.availableBytes(.l1) > 0 && target.availableBytes(.l2) > 0, "seed \(seed), round \(round)")
      } catch {
        #expect(error.diagnostics.allSatisfy { $0.file == "my.json" }, "seed \(seed), round \(round)")
      }
    }
  }
}
