namespace RobotRL.Model.Tests;

/// <summary>Every fault has a bit of its own, and what is no fault is an unknown one.</summary>
public sealed class FaultSetTests
{
    [Fact]
    public void A_set_gives_back_what_was_put_in()
    {
        FaultSet all = default;
        List<FaultCode> codes = [.. Enum.GetValues<FaultCode>().Where(c => c != FaultCode.None)];
        foreach (var code in codes)
        {
            Assert.False(all.Contains(code));
            all = all.With(code);
            Assert.True(all.Contains(code));
        }
        List<FaultCode> taken = [];
        for (var rest = all; !rest.IsEmpty; rest = rest.Rest) taken.Add(rest.First);
        Assert.Equal(codes, taken);
        Assert.Equal(FaultSet.Of(FaultCode.OperatorStop), all.Except(FaultSet.Of([.. codes.Where(c => c != FaultCode.OperatorStop)])));
    }

    [Fact]
    public void Any_number_and_any_bit_is_a_fault()
    {
        for (var number = 0; number <= byte.MaxValue; number++)
            Assert.Equal(Enum.IsDefined((FaultCode)number) && number != 0 ? (FaultCode)number : FaultCode.UnknownCause, FaultSet.Of((FaultCode)number).First);
        for (var bit = 0; bit < 64; bit++) Assert.NotEqual(FaultCode.None, new FaultSet(1UL << bit).First);
        Assert.Equal(FaultCode.None, default(FaultSet).First);
        Assert.Equal("CollisionForce, OperatorStop", FaultSet.Of(FaultCode.OperatorStop, FaultCode.CollisionForce).ToString());
    }
}
