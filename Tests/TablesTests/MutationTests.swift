import Essentials
import Foundation
import Tables
import Tensors
import TestSupport
import Testing

@Suite("Mutations")
struct MutationTests {
  private static let bytes: [UInt8] = [0x00, 0x0A, 0x0D, 0x22, 0x2C, 0x2D, 0x2E, 0x39, 0x5B, 0x7B, 0x80, 0xC3, 0xFF]

  @Test(
    "whatever bytes a file holds, loading ends in success or one input error",
    arguments: ["metadata.json", "shop.csv", "customer.csv", "sale.csv"])
  func mutations(name: String) throws {
    let database = try SampleDatabase.sdv()
    let original = Data(try database.read(name).utf8)
    let stream = RandomStream(seed: 11, name: name)
    var accepted = 0
    for trial in 0..<300 {
      var data = original
      for draw in 0..<UInt32(1 + trial % 3) {
        let row = UInt64(trial)
        let position = stream.integer(below: data.count, row: row, draw: 3 * draw)
        let byte = Self.bytes[stream.integer(below: Self.bytes.count, row: row, draw: 3 * draw + 1)]
        switch stream.integer(below: 3, row: row, draw: 3 * draw + 2) {
        case 0: data[position] = byte
        case 1: data.insert(byte, at: position)
        default: data = data.prefix(max(1, position))
        }
      }
      try database.write(name, bytes: data)
      do {
        let (schema, survey) = try database.survey()
        for (table, found) in zip(schema.tables, survey.tables) { _ = try TableCodec.fit(table: table, survey: found) }
        accepted += 1
      } catch {
        #expect((error as? ClavaError)?.code == .input)
      }
    }
    #expect(accepted < 300)
  }
}
