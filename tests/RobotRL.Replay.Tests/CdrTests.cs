using RobotRL.Wire;

namespace RobotRL.Replay.Tests;

public sealed class CdrTests
{
    // head 00 01 00 00 | u8 | 3 padding | u32 | u8 | 7 padding, since 8-byte numbers align to 8 behind the head | i64 | length 3 "hi\0" | 1 padding | f32
    [Fact]
    public void Numbers_align_to_their_size_counted_from_behind_the_head()
    {
        var cdr = new CdrWriter().Begin();
        cdr.U8(0xAA);
        cdr.U32(0x01020304);
        cdr.U8(0xBB);
        cdr.I64(-2);
        cdr.Text("hi");
        cdr.F32(1);
        Assert.Equal("00010000" + "AA000000" + "04030201" + "BB00000000000000" + "FEFFFFFFFFFFFFFF" + "03000000" + "686900" + "00" + "0000803F",
            Convert.ToHexString(cdr.Written));

        var read = new CdrReader(cdr.Written);
        Assert.Equal(0xAA, read.U8());
        Assert.Equal(0x01020304u, read.U32());
        Assert.Equal(0xBB, read.U8());
        Assert.Equal(-2, read.I64());
        Assert.Equal("hi", read.Text());
        Assert.Equal(1, read.F32());
    }

    [Fact]
    public void A_reused_writer_leaves_no_trace_of_the_message_before()
    {
        var cdr = new CdrWriter().Begin();
        cdr.Bytes([1, 2, 3, 4, 5, 6, 7, 8, 9]);
        cdr.Begin();
        cdr.U8(1);
        cdr.U32(2);
        Assert.Equal("00010000" + "01000000" + "02000000", Convert.ToHexString(cdr.Written));
    }

    [Theory]
    [InlineData("00000000", "of another byte order")]
    [InlineData("0001", "too short for its head")]
    [InlineData("0001000005000000AB", "with a sequence longer than itself")]
    [InlineData("00010000FFFFFFFF", "with a sequence of four billion")]
    public void A_malformed_message_is_refused(string hex, string why)
    {
        var error = Record.Exception(() => { new CdrReader(Convert.FromHexString(hex)).Bytes(); });
        Assert.True(error is InvalidDataException, $"A message {why} gives {error}");
    }
}
