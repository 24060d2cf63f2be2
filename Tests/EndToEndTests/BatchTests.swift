import Foundation
import Testing

struct BatchTests {
    @Test func `good and bad pictures in one call tell the same story with one thread and with four`() throws {
        let kern = try Kern()
        var names: [String] = []
        for index in 0..<24 {
            let name = "p\(index).pgm"
            let whole = Pictures.gray(64, 64, (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* (index + 3)) })
            // Every fifth is cut off, every seventh is empty.
            try kern.write(index % 7 == 6 ? Data() : index % 5 == 4 ? whole.prefix(900) : whole, name)
            names.append(name)
        }
        names.append("nowhere.pgm")
        func run(_ threads: Int) throws -> (Kern.Outcome, [Data?]) {
            let words = names.joined(separator: " ")
            // Gains of ten clip much, so that there are notes as well as complaints.
            let outcome = try kern.shell(
                "kern apply 'scale 10' \(words) -o out\(threads)/ --json --threads \(threads) | sed s,out\(threads)/,out/,; "
                    + "exit ${PIPESTATUS[0]}")
            return (outcome, names.map { try? kern.read("out\(threads)/\($0)") })
        }
        let (one, oneFiles) = try run(1)
        let (four, fourFiles) = try run(4)
        #expect(one.status == 1)
        #expect(four.status == one.status)
        #expect(four.printed == one.printed)
        #expect(four.said.replacingOccurrences(of: "out4/", with: "out1/") == one.said)
        #expect(one.said.contains("nowhere.pgm") && one.said.hasSuffix("of 25 pictures failed\n"))
        #expect(fourFiles == oneFiles)
        #expect(oneFiles.count { $0 != nil } == one.printed.split(separator: "\n").count { $0.contains(#""output":"#) })
        #expect(oneFiles.count { $0 == nil } == one.printed.split(separator: "\n").count { $0.contains(#""error":"#) })
        #expect(try kern.files().count == 26)
    }

    @Test func `a picture that failed is in the JSON with its reason`() throws {
        let kern = try Kern()
        try kern.write(Pictures.ramp, "in.pgm")
        try kern.write(Data("P5 none".utf8), "bad.pgm")
        let ran = try kern.run("apply", "sobel", "in.pgm", "bad.pgm", "-o", "out/", "--json")
        #expect(ran.status == 1)
        let lines = ran.printed.split(separator: "\n")
        #expect(lines.count == 2 && lines[1].hasPrefix(#"{"input":"bad.pgm","error":""#), "\(ran.printed)")
    }
}
