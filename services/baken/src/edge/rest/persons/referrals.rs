//! `/v1/persons/{person_id}/referrals`: from a referral to the end of the care that it asked for.

use care_path::path::referral::{
    AcceptReferral, DeclineReferral, EndCare, RecordDropout, Refer, StartCare, WaitlistReferral, WithdrawReferral,
};

use crate::edge::rest::macros::writes;

writes! { "Referrals";
    /// Refers the person to an organisation
    refer: post "/v1/persons/{person_id}/referrals" => Refer;

    /// Accepts a referral
    accept_referral: post "/v1/persons/{person_id}/referrals/{referral_id}/accept" => AcceptReferral;

    /// Declines a referral, with the reason
    decline_referral: post "/v1/persons/{person_id}/referrals/{referral_id}/decline" => DeclineReferral;

    /// Puts a referral on the waiting list
    waitlist_referral: post "/v1/persons/{person_id}/referrals/{referral_id}/waitlist" => WaitlistReferral;

    /// Withdraws a referral
    withdraw_referral: post "/v1/persons/{person_id}/referrals/{referral_id}/withdraw" => WithdrawReferral;

    /// Starts the care that a referral asked for
    start_care: post "/v1/persons/{person_id}/referrals/{referral_id}/start" => StartCare;

    /// Ends the care
    end_care: post "/v1/persons/{person_id}/referrals/{referral_id}/end" => EndCare;

    /// Records that the person dropped out of the care
    record_dropout: post "/v1/persons/{person_id}/referrals/{referral_id}/dropout" => RecordDropout;
}
